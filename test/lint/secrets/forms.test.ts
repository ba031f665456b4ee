import { describe, expect, test } from "vitest";
import { parseExcerpt } from "../../../src/config/userData/excerpt.ts";
import { hideInDocument } from "../../../src/lint/secrets/document.ts";
import { hideInFile } from "../../../src/lint/secrets/files.ts";
import { hideForms } from "../../../src/lint/secrets/forms.ts";
import { Secrets } from "../../../src/lint/secrets/secrets.ts";
import type { Mapping } from "../../../src/python/tree.ts";
import { whole } from "../../samples.ts";

describe("what has the form of a secret", () => {
  test.each([
    [
      "deb https://reader:word@apt.example.org/ubuntu noble main",
      "deb https://<<hidden:userinfo>>@apt.example.org/ubuntu noble main",
    ],
    ["proxy=me:word@host:3128", "proxy=<<hidden:userinfo>>@host:3128"],
    ["https://x.example/a?b=1&token=word#c", "https://x.example/a?b=1&token=<<hidden:token>>#c"],
    ["echo 'root:word' | chpasswd", "echo 'root:<<hidden:password>>' | chpasswd"],
    ["chpasswd <<< root:word", "chpasswd <<< root:<<hidden:password>>"],
    ['curl -H "Authorization: Bearer word-1"', 'curl -H "Authorization: Bearer <<hidden:token>>"'],
    ["curl -u me:word https://x", "curl -u me:<<hidden:userinfo>> https://x"],
    ["mysql -uroot -pword db", "mysql -uroot -p<<hidden:password>> db"],
    ["sshpass -p word ssh a", "sshpass -p <<hidden:password>> ssh a"],
    ["export DB_PASSWORD='a b' X=1", "export DB_PASSWORD='<<hidden:password>>' X=1"],
    ['{"api_key": "word", "a": 1}', '{"api_key": "<<hidden:token>>", "a": 1}'],
    ["x --registration-key word --token=word", "x --registration-key <<hidden:token>> --token=<<hidden:token>>"],
    ["machine a login b password word", "machine a login b password <<hidden:password>>"],
    ["root:$6$rounds=5000$saltstring$lQ8jolhgVRVh:19", "root:<<hidden:hash>>:19"],
    ["x $2b$12$R9h/cIPz0gi.URNNX3kh2OPST9", "x <<hidden:hash>>"],
    ["{SSHA}c2VjcmV0c2VjcmV0", "<<hidden:hash>>"],
    [
      "curl -sSfu 'me:word' -x http://p --proxy-user a:word1",
      "curl -sSfu 'me:<<hidden:userinfo>>' -x http://p --proxy-user a:<<hidden:userinfo>>",
    ],
    ["curl -u 'me:w,o)rd' x", "curl -u 'me:<<hidden:userinfo>>' x"],
    ["[curl, -u, 'me:word', x]", "[curl, -u, 'me:<<hidden:userinfo>>', x]"],
    ["'curl' '--user=me:word' 'x'", "'curl' '--user=me:<<hidden:userinfo>>' 'x'"],
    ["mysql -u root \\\n  -pword", "mysql -u root \\\n  -p<<hidden:password>>"],
    ["docker login -u a -p word r", "docker login -u a -p <<hidden:password>> r"],
    ["SUSEConnect -r WORD", "SUSEConnect -r <<hidden:token>>"],
    ["sudo pro attach --no-auto-enable word", "sudo pro attach --no-auto-enable <<hidden:token>>"],
    ["wpa_passphrase home word", "wpa_passphrase home <<hidden:password>>"],
    ["nmcli con mod x wifi-sec.psk word", "nmcli con mod x wifi-sec.psk <<hidden:password>>"],
    ['useradd -p "$(mkpasswd -m sha-512 word)" a', 'useradd -p "$(mkpasswd -m sha-512 <<hidden:password>>)" a'],
    ["echo -e 'word\\nword' | passwd root", "echo -e '<<hidden:password>>' | passwd root"],
    [
      "(echo word; echo word) | smbpasswd -s a",
      "(echo <<hidden:password>>; echo <<hidden:password>>) | smbpasswd -s a",
    ],
    ["printf '%s:%s\\n' root word | chpasswd", "printf '%s:%s\\n' <<hidden:password>> <<hidden:password>> | chpasswd"],
    ["echo 'a:word:1::' | newusers", "echo 'a:<<hidden:password>>' | newusers"],
    ["vncpasswd -f <<< word > x", "vncpasswd -f <<< <<hidden:password>> > x"],
    ["echo word | tee /etc/wireguard/private.key", "echo <<hidden:password>> | tee /etc/wireguard/private.key"],
    ["//h/s /m cifs user=me%word,vers=3", "//h/s /m cifs user=me%<<hidden:password>>,vers=3"],
    ['Acquire::https::h.example::Password "word";', 'Acquire::https::h.example::Password "<<hidden:password>>";'],
    ["the password is word1 today", "the password is <<hidden:password>> today"],
    ["acl_tokn: word, my-passwod: word", "acl_tokn: <<hidden:password>>, my-passwod: <<hidden:password>>"],
    ["rocommunity word default", "rocommunity <<hidden:password>> default"],
    ["AKIAIOSFODNN7EXAMPLE ghp_abcdefghij0123456789", "<<hidden:token>> <<hidden:token>>"],
    ["DEVICE=wlan0; KEY1=s:word; WPA_PSK=word", "DEVICE=wlan0; KEY1=<<hidden:key>>; WPA_PSK=<<hidden:password>>"],
    [
      "a -----BEGIN EC PRIVATE KEY-----\\nword\\n-----END EC PRIVATE KEY-----\\n",
      "a -----BEGIN EC PRIVATE KEY-----\\n<<hidden:key>>\\n-----END EC PRIVATE KEY-----\\n",
    ],
  ])("%s", (text, shown) => expect(hideForms(text)).toBe(shown));

  test.each([
    "echo $HOME$PATH $$ cost $5 $1$2$3",
    "PasswordAuthentication no",
    "ops ALL=(ALL) NOPASSWD:ALL",
    "users: lock_passwd: any text that is not empty is true here",
    "chpasswd.users[0].password must be a string, not a list.",
    "set_passwords: sshd's configuration stays as it is",
    'user debian password is "set ($6$, fingerprint 0123ab)" in the image',
    "DB_PASSWORD=$PASSWORD TOKEN=$(cat /etc/x) password: {{ x }}",
    "docker run -p 80:80 login-app",
    "echo hello | tee /etc/motd; echo a > /etc/x.conf",
    "Newer versions of 'mkpasswd' will also work; pro can attach and enable",
    "tests_passed: 5, taken: 1, tls_key = /etc/x.pem",
    "snmpd -c /etc/snmp.conf",
    "git@github.com:a/b https://example.org:443/a@b",
    "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
    "vault_password_file: /etc/x, PASS_MAX_DAYS 99999",
  ])("not %s", (text) => expect(hideForms(text)).toBe(text));

  test.runIf(whole)("takes time in proportion to the text, whatever it is", () => {
    for (const part of [
      "a",
      "a:",
      "$6$",
      "curl ",
      "a://",
      "mysql -x ",
      "token ",
      'echo "',
      "-----BEGIN ",
      "\\n",
      "pass=",
      "echo a | chpasswd ",
      "| passwd ",
      "<<< ",
      "openssl passwd -a b ",
      'printf "pass',
      "docker login ",
    ])
      expect(hideForms(`pass ${part.repeat(20_000)}`).length).toBeGreaterThan(0);
  });
});

test("what is hidden over several lines leaves as many", () => {
  expect(hideForms('"auth": "abcdef\nghijkl"\nx: 1\n')).toBe('"auth": "<<hidden:token>>\n<<hidden:token>>"\nx: 1\n');
});

test.runIf(whole)("lines of paths, quotes and blanks take time in proportion", () => {
  for (const part of ["/a", "'", '"', ",", " "]) {
    const line = `password: ${part.repeat(100_000)}x!`;
    expect(hideInDocument(Buffer.from(`[\n${line}\n`), "user-data", "image-config", () => {})).not.toContain("x!");
  }
});

test("a file keeps its lines, and its path tells more than its text", () => {
  expect(hideInFile("/etc/shadow", "root:abcdefghijklm:1\nops:!:2\nadm:*:3\nbin:!$1$x$y:4\n")).toBe(
    "root:<<hidden:hash>>:1\nops:!:2\nadm:*:3\nbin:!<<hidden:hash>>:4\n",
  );
  const unknown = "ops:!<<unknown:a hash created at boot>>:1\n";
  expect(hideInFile("/etc/shadow", unknown)).toBe(unknown);
  for (const text of [
    "root (/etc/passwd:1)",
    "in /etc/passwd:12:3.",
    "/tmp/x-Pw77: warning: y",
    "/mnt/passwd: /etc/hosts was not read",
    "passwd fails: the user a does not exist",
  ])
    expect(hideForms(text)).toBe(text);
  expect(hideForms("/etc/x password:1234")).toBe("/etc/x password:<<hidden:password>>");
  expect(hideInFile("/etc/chef/validation.pem", "a\n\n b\n")).toBe("<<hidden:key>>\n\n <<hidden:key>>\n");
  expect(hideInFile("/etc/x.conf", "a = 1\n# password = b c\n")).toBe("a = 1\n# password = <<hidden:password>>\n");
  expect(hideInFile("/x", "a\r\npasswd x <<EOF\r\nword\r\nEOF\r\nb\n")).toBe(
    "a\r\npasswd x <<EOF\r\n<<hidden:password>>\r\nEOF\r\nb\n",
  );
  expect(hideInFile("/x", "cat > ~/.pgpass <<'EOF'\nh:1:d:u:word\nEOF\ncat > /etc/motd <<EOF\nh:word\nEOF\n")).toBe(
    "cat > ~/.pgpass <<'EOF'\n<<hidden:key>>\nEOF\ncat > /etc/motd <<EOF\nh:word\nEOF\n",
  );
  expect(hideInFile("/etc/chrony/chrony.keys", "1 M word\n")).toBe("<<hidden:key>>\n");
  expect(hideInFile("/x", "chpasswd <<EOF\nroot:word\nEOF\nroot:word\n")).toBe(
    "chpasswd <<EOF\nroot:<<hidden:password>>\nEOF\nroot:word\n",
  );
});

describe("a document", () => {
  const shown = (text: string) => Secrets.none.file("/etc/cloud/cloud.cfg.d/x.cfg", text);

  test("shows all but its secrets, the shortest too, each in its place", () => {
    expect(
      shown(
        "hostname: a\npassword: a # a\nusers:\n- {name: a, plain_text_passwd: a, shell: /bin/a}\nchpasswd:\n  list: |\n    a:b\n\n    c:d\n  expire: no\n",
      ),
    ).toBe(
      "hostname: a\npassword: <<hidden:password>>\nusers:\n- {name: a, plain_text_passwd: <<hidden:password>>, shell: /bin/a}\nchpasswd:\n  list: |\n    <<hidden:password>>\n\n    <<hidden:password>>\n  expire: no\n",
    );
  });

  test("hides a value wherever else it stands, and however it is written there", () => {
    const text = `password: it's "odd"$1\nruncmd:\n- echo it's "odd"$1\n- "echo it's \\"odd\\"$1"\n- echo ${encodeURIComponent('it\'s "odd"$1')}\n- echo ${Buffer.from('it\'s "odd"$1').toString("base64")}\n`;
    expect(shown(text).split("\n").slice(2, 6)).toEqual([
      "- echo <<hidden:password>>",
      '- "echo <<hidden:password>>"',
      "- echo <<hidden:password>>",
      expect.stringMatching(/^- echo <<hidden:password>>=*$/),
    ]);
  });

  test("aliases, merges and what lost are hidden where they stand", () => {
    const text =
      "x: &p abcdef1\ny: &m {plain_text_passwd: b1}\nusers: [{name: a, passwd: *p, <<: *m}]\npassword: c1\npassword: d1\n";
    expect(shown(text)).toBe(
      "x: &p <<hidden:hash>>\ny: &m {plain_text_passwd: <<hidden:password>>}\nusers: [{name: a, passwd: <<hidden:password>>, <<: *m}]\npassword: <<hidden:password>>\npassword: <<hidden:password>>\n",
    );
  });

  test("hides what is commented out, but no prose", () => {
    const text =
      "# Users: of all hosts, see https://x.example/a\n# https://x.example/b\n# chpasswd:\n#   list: |\n#     a:b\n#   users:\n#   - {name: c, password: d}\nchpasswd:\n  # of everybody\n  list: |\n    e:f\n  #  - g:h\n# datasource:\n#   Ec2:\n#     timeout: 5\n# output: [ *a, b ]\n";
    expect(shown(text)).toBe(
      "# Users: of all hosts, see https://x.example/a\n# https://x.example/b\n# chpasswd:\n#   list: |\n#     <<hidden:password>>\n#   users:\n#   - {name: c, password: <<hidden:password>>}\nchpasswd:\n  # of everybody\n  list: |\n    <<hidden:password>>\n  #  - <<hidden:password>>\n# datasource:\n#   Ec2:\n#     timeout: 5\n# output: [ *a, b ]\n",
    );
  });

  test.each([
    ["", ""],
    ["wrong: [\n", " and a mistake"],
  ])("hides words of commands and files that are written%s", (end) => {
    const text = `runcmd:\n- [pro, attach, word1]\n- [sh, -c, x]\nwrite_files:\n- path: /root/.ssh/id_rsa\n  contnt: a\n- content: |\n    b\n    c\n  perms: '0600'\n  path: /etc/x\n- path: /etc/shadow\n  encoding: b64\n  content: ${Buffer.from("root:MADEUPabc.d/e:1\n").toString("base64")}\n- path: /etc/motd\n  content: d\n`;
    expect(shown(text + end)).toBe(
      `runcmd:\n- [pro, attach, <<hidden:password>>]\n- [sh, -c, x]\nwrite_files:\n- path: /root/.ssh/id_rsa\n  contnt: <<hidden:key>>\n- content: |\n    <<hidden:key>>\n    <<hidden:key>>\n  perms: '0600'\n  path: /etc/x\n- path: /etc/shadow\n  encoding: b64\n  content: <<hidden:key>>\n- path: /etc/motd\n  content: d\n${end}`,
    );
  });

  test("shows a configuration without the files that its paths make secret", () => {
    const text = "write_files: [{path: /etc/ntp.keys, content: 1 M a}, {path: /etc/x, content: b, mode: 0600}]\n";
    const read = parseExcerpt({ text, path: "/x", line: 1, indent: 0, verbatim: true }).node as Mapping;
    const json = JSON.stringify(Secrets.none.config(read));
    expect(json.match(/<<hidden:key>>/g)).toHaveLength(2);
  });

  test("with a mistake keeps what holds no secret beside those that do", () => {
    expect(
      shown(
        "datasource:\n  MAAS:\n    timeout: 5\n    token_key: a\nphone_home:\n  url: https://h.example/word\nx: &p word1\ny: [\n",
      ),
    ).toBe(
      "datasource:\n  MAAS:\n    timeout: 5\n    token_key: <<hidden:token>>\nphone_home:\n  url: https://h.example/<<hidden:token>>\nx: &p word1\ny: [\n",
    );
  });
});
