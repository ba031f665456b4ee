import { expect, test } from "vitest";
import { D, findingsAlone } from "./checks/configuration/findings.ts";

const FEATURES = "/usr/lib/python3/dist-packages/cloudinit/features.py";
const config = {
  "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n",
  [`${D}/20-team.cfg`]: "ssh_pwauth: true\n",
};

/** The confidence of the finding of set_passwords, which asks for a flag of features.py. */
function confidence(files: Readonly<Record<string, string>>): string | undefined {
  return findingsAlone("sshd-setting-overwritten", { ...config, ...files })[0]?.confidence;
}

test("what the image's own cloud-init states is certain", () => expect(confidence({})).toBe("certain"));

test("code of a module that does not state when it runs makes its findings likely", () => {
  const code = (text: string) => ({ [FEATURES.replace("features", "config/cc_set_passwords")]: text });
  expect(confidence(code("meta = {'frequency': PER_INSTANCE, 'distros': ['all']}\n"))).toBe("certain");
  for (const text of ["meta = {\n", "meta = schema()\n"]) expect(confidence(code(text))).toBe("likely");
});

test.each([
  ["with a syntax error", "EXPIRE_APPLIES_TO_HASHED_USERS = (True\n"],
  ["computed", "EXPIRE_APPLIES_TO_HASHED_USERS = bool(len('1'))\n"],
  ["not stated in a part of the library", "OTHER = True\n"],
  ["too long", `EXPIRE_APPLIES_TO_HASHED_USERS = True\n${"#".repeat(1_000_001)}`],
])("a fact that cannot be read, %s, makes what depends on it likely", (_how, text) =>
  expect(confidence({ [FEATURES]: text })).toBe("likely"),
);
