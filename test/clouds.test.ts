import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cloudForms } from "../src/boot/cloud/forms/cloudForms.ts";
import { CLOUD_NETWORKS } from "../src/boot/network/source/clouds/clouds.ts";
import { datasourceNames, mayGiveNetwork } from "../src/config/datasources.ts";

const page = readFileSync("docs/clouds.md", "utf8");

/** The rows of the table of datasources: the name, data, network, what is unknown. */
const rows = page
  .slice(page.indexOf("## Datasources"))
  .split("\n")
  .filter((line) => /^\| [A-Z]/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

test("the page about clouds has a row for every datasource", () => {
  expect(rows.map(([name]) => name)).toEqual([...datasourceNames].sort());
});

test.each(rows)("%s is described as it is simulated", (name = "", data, network, unknown) => {
  // Data in the cloud's own form, and a network that is generated, are stated; a network that is not is unknown.
  if (cloudForms.has(name)) expect(data).not.toBe("");
  if (Object.hasOwn(CLOUD_NETWORKS, name)) expect(network).not.toBe("");
  if (!mayGiveNetwork(name)) expect(network).toBe("DHCP");
  if (network === "") expect(unknown).toContain("network");
});
