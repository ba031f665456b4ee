import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { SshdAdmission } from "../../../src/services/sshd/admission.ts";
import { distroWith } from "../../services/distro.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { RELEASES, runInRoot } from "./roots.ts";

/** One login with a key: sshd_config, and what is otherwise at the account's files. */
interface Case {
  readonly config: string;
  /** Mode of the home directory, mode and owner of the file with the keys. */
  readonly home?: string;
  readonly keys?: readonly [mode: string, owner: "ops" | "root"];
}

const PAM = "UsePAM yes\n";

const CASES: readonly Case[] = [
  { config: PAM },
  { config: "UsePAM no\n" },
  { config: "" },
  ...[
    "AuthorizedKeysFile /etc/ssh/keys",
    "AuthorizedKeysFile none",
    "AuthorizedKeysFile /etc/ssh/keys .ssh/authorized_keys",
    "AuthorizedKeysFile /home/%u/.ssh/authorized_keys",
    "AuthorizedKeysFile %h/.ssh/keys",
    "Match Group staff\nAuthorizedKeysFile none",
    "Match Group *,!staff\nAuthorizedKeysFile none",
    "Match User op?\nPubkeyAuthentication no",
    "Match User *,!ops\nPubkeyAuthentication no",
    "PubkeyAuthentication no\nMatch all\nPubkeyAuthentication yes",
    "AllowUsers root",
    "AllowUsers root o*",
    "AllowUsers !ops *",
    "AllowUsers root\nMatch User ops\nAllowUsers ops",
    "AllowUsers ops\nMatch User ops\nAllowUsers root",
    "AllowGroups staff",
    "AllowGroups sudo",
    "DenyGroups st*",
    "DenyUsers ops",
    "DenyUsers ops@192.0.2.1",
    "AuthenticationMethods publickey,password",
    "AuthenticationMethods publickey,password publickey",
    "PermitRootLogin no",
  ].map((lines) => ({ config: `${PAM}${lines}\n` })),
  ...(["0777", "0775", "0711", "0700"] as const).map((home) => ({ config: PAM, home })),
  { config: `${PAM}StrictModes no\n`, home: "0777" },
  { config: PAM, keys: ["0600", "root"] },
  { config: PAM, keys: ["0644", "root"] },
  { config: PAM, keys: ["0666", "ops"] },
];

/** Logs in with a key in each case, through sshd -i, and answers whether that works. */
function realLogins(release: string): boolean[] {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const runs = CASES.map(({ config, home = "0755", keys: [mode, owner] = ["0600", "ops"] }) =>
    [
      `printf %s ${quote(`HostKey /root/host\n${config}`)} >/root/sshd_config`,
      `chmod ${home} /home/ops; chmod ${mode} /home/ops/.ssh/authorized_keys`,
      `chown ${owner} /home/ops/.ssh/authorized_keys`,
      "ssh -n -F none -i /root/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes \\",
      "  -o ProxyCommand='/usr/sbin/sshd -i -f /root/sshd_config -E /dev/null' ops@localhost echo in 2>/dev/null || echo out",
    ].join("\n"),
  );
  const setUp = `
    (umask 0; mknod /dev/tty c 5 0; mknod /dev/zero c 1 5; mknod /dev/random c 1 8)
    ssh-keygen -q -t ed25519 -N '' -f /root/id; ssh-keygen -q -t ed25519 -N '' -f /root/host
    useradd -m -s /bin/sh -G staff -u 2000 ops
    mkdir -m 700 /home/ops/.ssh; cp /root/id.pub /home/ops/.ssh/authorized_keys; chown -R ops:ops /home/ops`;
  const answers = runInRoot(release, [setUp, ...runs, ""].join("\n"))
    .trim()
    .split("\n");
  return answers.map((answer) => answer === "in");
}

function ourLogins(openssh: string): boolean[] {
  return CASES.map(({ config, home = "0755", keys: [mode, owner] = ["0600", "ops"] }) => {
    const mine = { uid: 2000, gid: 2000 };
    const image = memoryImage({
      "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nops:x:2000:2000::/home/ops:/bin/sh\n",
      "/etc/ssh/sshd_config": config,
      "/home/ops": { directory: true, mode: Number.parseInt(home, 8), ...mine },
      "/home/ops/.ssh": { directory: true, mode: 0o700, ...mine },
      "/home/ops/.ssh/authorized_keys": {
        content: "",
        mode: Number.parseInt(mode, 8),
        uid: owner === "ops" ? 2000 : 0,
        gid: 2000,
      },
    });
    const account = {
      name: "ops",
      uid: "2000",
      home: "/home/ops",
      groups: ["ops", "#2000", "staff", "#50"],
      passwordField: "!",
      hasPassword: false,
    };
    const admission = new SshdAdmission(image, distroWith({ "openssh-server": openssh }));
    return admission.keyRefusal(account, "/home/ops/.ssh/authorized_keys") === undefined;
  });
}

// sid's root has no ssh.
const judges = RELEASES.filter(({ release }) => release !== "sid");

describeReal("who gets in with a key", realRoots, () => {
  test.each(judges)("is as the sshd of $release decides", ({ release, openssh }) => {
    const real = realLogins(release);
    const ours = ourLogins(openssh);
    const shown = (answers: readonly boolean[]) =>
      CASES.map((one, at) => `${JSON.stringify(one)}: ${answers[at] ? "in" : "out"}`);
    expect(shown(ours)).toEqual(shown(real));
  });
});
