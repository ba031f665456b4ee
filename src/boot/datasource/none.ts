import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import type { BaseConfig } from "../../config/read.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { Mapping } from "../../config/tree.ts";
import { excerptOf } from "../../config/userData/excerpt.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { type Image, readText } from "../../image/image.ts";

/** What DataSourceNone hands over: what the configuration gives it, else nothing (18.5 to 26.2). */
export function noneCloud(image: Image, base: BaseConfig): CloudData {
  const config = new Config(base.root);
  const metaData = config.node("datasource", "None", "metadata");
  const nothing = { path: "", bytes: Buffer.alloc(0) };
  return {
    ...UNKNOWN_CLOUD,
    datasource: "None",
    metaData: metaData?.type === "mapping" ? metaData : (builtin({}) as Mapping),
    userData: userDataOf(image, config) ?? nothing,
    vendorData: nothing,
  };
}

function userDataOf(image: Image, config: Config): SeedFile | undefined {
  const node = config.node("datasource", "None", "userdata_raw");
  if (node?.type !== "scalar" || node.kind !== "str") return undefined;
  const text = String(node.value);
  const file = { text: readText(image, node.path) ?? "", path: node.path, line: 1, indent: 0, verbatim: true };
  return { path: node.path, bytes: Buffer.from(text), excerpt: excerptOf(file, file.text.split("\n"), node, text) };
}
