import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

/** A repository with files that the hooks lint, and others. */
const FILES = {
  "image/etc/cloud/cloud.cfg.d/20-team.cfg": "hostnme: web\n",
  "image/etc/cloud/cloud.cfg.d/README": "hostnme: web\n",
  "seed/user-data": "#cloud-config\npakages: [vim]\n",
  "web-user-data.yaml.j2": "#cloud-config\nruncmds: [{{ command }}]\n",
  "user_data.py": "pakages = []\n",
  "values.yaml": "pakages: [vim]\n",
};

/** Runs pre-commit in a repository with the files and these hooks. */
function preCommit(hooks: string) {
  const place = tree(FILES);
  const git = (...args: string[]) => execFileSync("git", args, { cwd: place });
  git("init", "--quiet", ".");
  writeFileSync(join(place, ".pre-commit-config.yaml"), `repos:\n${hooks}`);
  git("add", ".");
  const { status, stdout, stderr } = spawnSync("pre-commit", ["run", "--all-files", "--color=never"], {
    cwd: place,
    encoding: "utf8",
    env: { ...process.env, PRE_COMMIT_HOME: tree({}) },
    timeout: 900_000,
  });
  return { status, output: stdout + stderr };
}

function expectFindings({ status, output }: ReturnType<typeof preCommit>) {
  expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('"hostnme"') });
  expect(output.match(/exit code: 1/g)).toHaveLength(2);
  for (const text of ['"pakages"', '"runcmds"', "20-team.cfg", "seed/user-data", "web-user-data.yaml.j2"])
    expect(output).toContain(text);
  for (const text of ["user_data.py", "values.yaml", "README"]) expect(output).not.toContain(text);
}

describeReal("the hooks for pre-commit", programs("pre-commit", "git", "npm"), () => {
  test("the manifest is valid", () => {
    execFileSync("pre-commit", ["validate-manifest", ".pre-commit-hooks.yaml"]);
  });

  // Installs the dependencies of the build from a registry or npm's cache, as pre-commit does for every repository.
  test("a clone of the repository builds and runs", () => {
    const clone = join(tree({}), "clone");
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", process.cwd(), clone]);
    const rev = execFileSync("git", ["rev-parse", "HEAD"], { cwd: clone, encoding: "utf8" }).trim();
    expectFindings(
      preCommit(
        `- repo: ${clone}\n  rev: ${rev}\n  hooks: [{ id: cloud-init-lint }, { id: cloud-init-lint-user-data }]\n`,
      ),
    );
  });

  test("the package alone, as docs/pre-commit.md shows it, needs no registry", () => {
    const place = tree({});
    mkdirSync(join(place, "package"));
    const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", join(place, "package")];
    const archive = resolve(place, "package", execFileSync("npm", args, { encoding: "utf8" }).trim());
    const shown = /^- repo: local\n(?: {2}.*\n)+/m.exec(readFileSync("docs/pre-commit.md", "utf8"))![0];
    const hooks = shown.replace(/cloud-init-lint@[\d.]+/g, archive);
    expect(hooks).toContain(archive);
    process.env.npm_config_offline = "true";
    try {
      expectFindings(preCommit(hooks));
    } finally {
      delete process.env.npm_config_offline;
    }
  });
});
