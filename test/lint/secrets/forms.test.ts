import { describe, expect, test } from "vitest";
import { hideInDocument } from "../../../src/lint/secrets/document.ts";
import { hideInFile } from "../../../src/lint/secrets/files.ts";
import { hideForms } from "../../../src/lint/secrets/forms.ts";
import { Secrets } from "../../../src/lint/secrets/secrets.ts";

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
    "chpasswd.users[0].password must be a text, not a list.",
    "set_passwords: sshd's configuration stays as it is",
    'user debian password is "set ($6$, fingerprint 0123ab)" in the image',
    "DB_PASSWORD=$PASSWORD TOKEN=$(cat /etc/x) password: {{ x }}",
    "docker run -p 80:80 x",
    "git@github.com:a/b https://example.org:443/a@b",
    "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
    "vault_password_file: /etc/x, PASS_MAX_DAYS 99999",
  ])("not %s", (text) => expect(hideForms(text)).toBe(text));

  test("takes time in proportion to the text, whatever it is", () => {
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
    ])
      expect(hideForms(`pass ${part.repeat(20_000)}`).length).toBeGreaterThan(0);
  });
});

test("what is hidden over several lines leaves as many", () => {
  expect(hideForms('"auth": "abcdef\nghijkl"\nx: 1\n')).toBe('"auth": "<<hidden:token>>\n<<hidden:token>>"\nx: 1\n');
});

test("lines of paths, quotes and blanks take time in proportion", () => {
  for (const part of ["/a", "'", '"', ",", " "]) {
    const line = `password: ${part.repeat(100_000)}x!`;
    expect(hideInDocument(Buffer.from(`[\n${line}\n`), "user-data", "image-config", () => {})).not.toContain("x!");
  }
});

test("a file keeps its lines, and its path tells more than its text", () => {
  expect(hideInFile("/etc/shadow", "root:abcdefghijklm:1\nops:!:2\nadm:*:3\nbin:!$1$x$y:4\n")).toBe(
    "root:<<hidden:hash>>:1\nops:!:2\nadm:*:3\nbin:!<<hidden:hash>>:4\n",
  );
  expect(hideInFile("/etc/chef/validation.pem", "a\n\n b\n")).toBe("<<hidden:key>>\n\n <<hidden:key>>\n");
  expect(hideInFile("/etc/x.conf", "a = 1\n# password = b c\n")).toBe("a = 1\n# password = <<hidden:password>>\n");
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
});
