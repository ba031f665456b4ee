import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "./run.ts";

const STOCK = "fixtures/debian-12";

describe("--datasource", () => {
  test.each(["lint", "plan", "config"])("%s knows the datasources' names only", async (command) => {
    const { status, err } = await run(command, STOCK, "--datasource", "Amazon");
    expect(status).toBe(2);
    expect(err).toContain("unknown datasource");
    expect(err).toContain("Ec2");
  });

  test("a datasource that the image's cloud-init does not have yet", async () => {
    const { status, err } = await run("plan", STOCK, "--datasource", "Akamai");
    expect(status).toBe(2);
    expect(err).toContain("cloud-init 22.4.2");
  });

  test("is named in the report, whatever the case of its letters", async () => {
    const { out } = await run("lint", STOCK, "--datasource", "ec2", "-f", "json");
    expect(JSON.parse(out).images[0].image.datasource).toBe("Ec2");
  });

  test("None knows all that the cloud hands over", async () => {
    const { out } = await run("plan", STOCK, "--datasource", "None", "-f", "json");
    const plan = JSON.parse(out);
    const unknown = plan.changes.flatMap((change: { unknown: string | null; content: string | null }) =>
      /the cloud gives/.test(`${change.unknown} ${change.content}`) ? [change] : [],
    );
    expect(unknown).toEqual([]);
  });

  test("a seed is what that datasource hands over", async () => {
    const seed = mkdtempSync(join(tmpdir(), "seed-"));
    try {
      writeFileSync(join(seed, "meta-data"), "instance-id: i-1\nlocal-hostname: web-1.internal.example.com\n");
      const { out } = await run("plan", STOCK, "--datasource", "GCE", "--seed", seed, "-f", "json");
      const plan = JSON.parse(out);
      expect(plan.image.datasource).toBe("GCE");
      const record = plan.changes.find(({ path }: { path: string }) => path.endsWith("set-hostname"));
      expect(JSON.parse(record.content)).toEqual({ fqdn: "web-1", hostname: "web-1" });
      writeFileSync(join(seed, "imds.json"), "{}");
      const { status, err } = await run("plan", STOCK, "--datasource", "GCE", "--seed", seed);
      expect([status, err]).toEqual([2, expect.stringContaining("is in the layout of Azure, which it does not read")]);
      cpSync(STOCK, join(seed, "image"), { recursive: true, verbatimSymlinks: true });
      writeFileSync(join(seed, "image/etc/cloud/cloud.cfg.d/99-pin.cfg"), "datasource_list: [GCE]\n");
      const pinned = JSON.parse((await run("plan", join(seed, "image"), "--seed", seed, "-f", "json")).out);
      expect(pinned.image.datasource).toBe("Azure");
      expect(JSON.stringify(pinned.notes)).toContain("looks only for GCE");
    } finally {
      rmSync(seed, { recursive: true });
    }
  });
});

test("a fix is proven on the datasource that the user names, whatever the image asks for", async () => {
  const root = mkdtempSync(join(tmpdir(), "image-"));
  try {
    cpSync("fixtures/debian-12-hardened", root, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(root, "etc/cloud/cloud.cfg.d/99-installer.cfg"), "datasource_list: [None]\n");
    for (const datasource of ["GCE", "None"]) {
      const { out } = await run("lint", root, "--datasource", datasource, "-f", "json");
      const [{ image, findings }] = JSON.parse(out).images;
      expect(image.datasource).toBe(datasource);
      const finding = findings.find(({ rule }: { rule: string }) => rule === "sshd-setting-overwritten");
      expect(finding.fix.edits[0].diff).toContain("+ssh_pwauth: false\n");
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
