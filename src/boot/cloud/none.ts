import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import type { BaseConfig } from "../../config/read.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { Image } from "../../image/image.ts";
import type { Mapping } from "../../python/tree.ts";
import { NOTHING, textFile } from "./textFile.ts";

/** What DataSourceNone provides: what its configuration contains, else nothing (18.5 to 26.2). */
export function noneCloud(image: Image, base: BaseConfig): CloudData {
  const config = new Config(base.root);
  const metaData = config.node("datasource", "None", "metadata");
  return {
    ...UNKNOWN_CLOUD,
    datasource: "None",
    metaData: metaData?.type === "mapping" ? metaData : (builtin({}) as Mapping),
    userData: textFile(image, config.node("datasource", "None", "userdata_raw")) ?? NOTHING,
    vendorData: NOTHING,
  };
}
