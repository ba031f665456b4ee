import { describe, expect, it } from "vitest";
import { writtenByCommand, writtenPaths } from "../../../src/boot/scripts/writes.ts";
import { memoryImage } from "../../../src/image/memory.ts";

const image = memoryImage({
  "/etc/ssh/ssh_host_rsa_key": "",
  "/etc/ssh/ssh_host_rsa_key.pub": "",
  "/etc/ssh/sshd_config": "",
  "/etc/cron.d": { directory: true },
});
const written = (script: string) => writtenPaths(image, script);

describe("the files that a script plainly names", () => {
  it.each([
    ["echo x > /etc/a", ["/etc/a"]],
    ["echo x >>/etc/a 2>/etc/b", ["/etc/a", "/etc/b"]],
    ["cmd &> /etc/a", ["/etc/a"]],
    ["cmd >/dev/null 2>&1", []],
    ["echo '> /etc/a' \"> /etc/b\" \\> /etc/c", []],
    ["echo x # > /etc/a", []],
    ["cat <<EOF > /etc/a\nrm /etc/b\nEOF\nrm /etc/c", ["/etc/a", "/etc/c"]],
    ["cat <<-'E O F' >/etc/a\n\trm /etc/b\n\tE O F\ntouch /etc/c", ["/etc/a", "/etc/c"]],
    ["echo x | tee -a /etc/a /etc/b", ["/etc/a", "/etc/b"]],
    ["echo x | sudo -E tee /etc/a >/dev/null", ["/etc/a"]],
    ["cloud-init-per once team touch /etc/a && timeout 9 rm /etc/b", ["/etc/a", "/etc/b"]],
    ["FOO=1 env BAR=2 touch /etc/a", ["/etc/a"]],
    ["sed -i 's/a/b/' /etc/a /etc/b", ["/etc/a", "/etc/b"]],
    ["sed -i.bak -e 's/a/b/' -e 's/c/d/' /etc/a", ["/etc/a"]],
    ["sed -ri 's,/etc/x,/etc/y,' /etc/a", ["/etc/a"]],
    ["sed 's/a/b/' /etc/a", []],
    ["perl -pi -e 's/a/b/' /etc/a", ["/etc/a"]],
    ["cp /etc/a /etc/b", ["/etc/b"]],
    ["cp /root/job /etc/cron.d", ["/etc/cron.d/job"]],
    ["cp -t /etc/new/ /root/a /root/b", ["/etc/new/a", "/etc/new/b"]],
    ["mv /etc/a /etc/b", ["/etc/a", "/etc/b"]],
    ["install -m 644 /root/a /etc/b", ["/etc/b"]],
    ["install -d /etc/new", ["/etc/new"]],
    ["ln -sf /etc/a /etc/b", ["/etc/b"]],
    ["rm -f /etc/ssh/ssh_host_*", ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_rsa_key.pub"]],
    ["chmod 600 /etc/a && chown root:root /etc/b; chgrp adm /etc/c", ["/etc/a", "/etc/b", "/etc/c"]],
    ["chown --reference=/etc/x /etc/a", ["/etc/a"]],
    ["dd if=/dev/zero of=/etc/a", ["/etc/a"]],
    ["curl -fsSL https://example.com -o /etc/a", ["/etc/a"]],
    ["sh -c 'rm /etc/a; echo > /etc/b'", ["/etc/a", "/etc/b"]],
    ["bash -ec \"echo x >'/etc/with space'\"", ["/etc/with space"]],
    ["if true; then rm /etc/a; else touch /etc/b; fi", ["/etc/a", "/etc/b"]],
    ["[ -e /etc/x ] || { rm /etc/a; }", ["/etc/a"]],
    ["( rm /etc/a )", ["/etc/a"]],
    ["rm \\\n  /etc/a", ["/etc/a"]],
    ['rm $FILE "$DIR/x" `echo /etc/x` /etc/$(hostname) ~/x relative', []],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
    ["echo $(rm /etc/x) ${Y:-/etc/y} > /etc/a", ["/etc/a"]],
    ["rm /tmp/x /run/y /proc/z", []],
    ["rm -rf /", []],
    ["cat /etc/a; grep x /etc/b; ls /etc/c", []],
    ["touch /etc/../etc//a/", ["/etc/a"]],
    ["rm 'unclosed /etc/a", []],
  ])("%s", (script, paths) => {
    expect(written(script)).toEqual(paths);
  });

  it("in a command that is given as a list are taken as they are", () => {
    expect(writtenByCommand(image, ["rm", "/etc/ssh/ssh_host_*"])).toEqual(["/etc/ssh/ssh_host_*"]);
    expect(writtenByCommand(image, ["echo", "x", ">", "/etc/a"])).toEqual([]);
    expect(writtenByCommand(image, ["sh", "-c", "echo x > /etc/a"])).toEqual(["/etc/a"]);
  });

  it("are looked for to an end", () => {
    for (const text of [
      "'".repeat(200_000),
      "$(".repeat(200_000),
      "sh -c ".repeat(50_000),
      "a<<b\n".repeat(50_000),
      ">".repeat(200_000),
    ])
      expect(Array.isArray(written(text))).toBe(true);
  });
});
