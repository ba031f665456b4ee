import { expect, test } from "vitest";
import { firstBoot } from "./firstBoot.ts";

const lists = "cloud_init_modules: []\ncloud_config_modules: []\ncloud_final_modules: []\n";
const out = "<<unknown:the output of cloud-init>>";

function planned(output: string, version = "24.2", userData = ""): Record<string, unknown> {
  const files = { "/etc/x": "kept\n", "/etc/y": "lost\n", "/etc/dir/file": "" };
  const { changes, after } = firstBoot({
    version,
    config: `${lists}output: ${output}\n`,
    files,
    metaData: "instance-id: i-1",
    userData: userData && `#cloud-config\noutput: ${userData}\n`,
  });
  const paths = changes.map(({ path }) => path).filter((path) => /^\/(etc\/([a-z]|dir.*|no.*)|[a-z]+)$/.test(path));
  return Object.fromEntries(paths.map((path) => [path, after.read(path)?.toString()]));
}

// As the real cloud-init leaves them (25.1, 26.2; util.py is the same since 18.5).
test.each([
  ["{final: '>> /etc/x'}", { "/etc/x": `kept\n${out}` }],
  ["{init: '> /etc/y'}", { "/etc/y": out }],
  ["{all: '/etc/n'}", { "/etc/n": `${out}${out}${out}` }],
  ["{all: [' >/etc/m', '>>/etc/n'], final: null}", { "/etc/m": out, "/etc/n": `${out}${out}` }],
  ["{config: {output: '>> m', error: '&1'}}", { "/m": out }],
  ["{final: {error: '> /etc/n'}}", { "/etc/n": out }],
  ["{final: '>> /etc/none/n', init: '> /etc/dir', config: [1, /etc/n]}", {}],
  ["{final: '>> /var/log/n', init: '| tee -a /var/log/cloud-init-output.log', config: /dev/console}", {}],
  ["/etc/n", {}],
  ["[]", {}],
  ["null", {}],
])("output: %s", (output, expected) => expect(planned(output)).toEqual(expected));

test("user-data change it before the modules of init", () => {
  expect(planned("{init: '>> /etc/n'}", "25.1", "{init: '>> /etc/m'}")).toEqual({ "/etc/n": out, "/etc/m": out });
  expect(planned("{init: '>> /etc/n'}", "25.1", "{init: ' /etc/n '}")).toEqual({ "/etc/n": out });
});

test("what a command or the one process of 24.3 may write is possible", () => {
  expect(planned("{all: '| tee -a /etc/n /etc/m >/dev/null'}", "18.5")).toEqual({
    "/etc/m": undefined,
    "/etc/n": undefined,
  });
  expect(planned("{init: /etc/m, final: /etc/n}", "24.3")).toEqual({ "/etc/m": out, "/etc/n": undefined });
});
