import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const TEMPLATE = "/etc/cloud/templates/hosts.debian.tmpl";
const named = "local-hostname: web-1.example.com\n";

interface Case {
  readonly manage: string;
  readonly hosts?: string;
  readonly template?: string;
  readonly version?: string;
  readonly metaData?: string | undefined;
  readonly distro?: string;
}

function bootWith({ manage, hosts, template, version = "25.1", distro = "debian", ...rest }: Case) {
  const files: Record<string, MemoryFile> = {};
  if (hosts !== undefined) files["/etc/hosts"] = hosts;
  if (template !== undefined) files[TEMPLATE] = template;
  const config = `system_info: {distro: ${distro}}\nmanage_etc_hosts: ${manage}\ncloud_init_modules: [update_etc_hosts]\n`;
  const metaData = "metaData" in rest ? rest.metaData : named;
  return firstBoot({ version, config, files, ...(metaData === undefined ? {} : { metaData }) });
}
const hostsAfter = (one: Case) => textAfter(bootWith(one), "/etc/hosts");

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("manage_etc_hosts", () => {
  const template = "## template:jinja\n{# gone #}\n127.0.1.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n";

  it.each(["true", "' TRUE '", "template"])("%s renders the image's template", (manage) => {
    expect(hostsAfter({ manage, template, hosts: "10.1.2.3 repo\n" })).toBe(
      "127.0.1.1 web-1.example.com web-1\n127.0.0.1 localhost\n",
    );
  });

  it.each(["false", "off", "''"])("%s leaves the file alone", (manage) => {
    expect(hostsAfter({ manage, template, hosts: "10.1.2.3 repo\n" })).toBe("10.1.2.3 repo\n");
  });

  it("without a template fails", () => {
    const result = bootWith({ manage: "true", hosts: "10.1.2.3 repo\n" });
    expect(textAfter(result, "/etc/hosts")).toBe("10.1.2.3 repo\n");
    expect(reasonOf(result, "update_etc_hosts")).toMatch(/the template hosts.debian for .* does not exist/);
  });

  it("renders unknown names as such", () => {
    expect(hostsAfter({ manage: "true", template, metaData: undefined })).toBe(
      "127.0.1.1 <<unknown:the host name that the cloud assigns>> <<unknown:the host name that the cloud assigns>>\n127.0.0.1 localhost\n",
    );
  });

  it("the result of a template that exceeds the limits is unknown", () => {
    const endless = "## template:jinja\n{% for i in range(99999999) %}x{% endfor %}\n";
    expect(hostsAfter({ manage: "true", template: endless })).toMatch(/^<<unknown:the rendered template, because /);
  });
});

describe("manage_etc_hosts: localhost", () => {
  const manage = "localhost";

  it("adds a line for the host, with tabs and an empty line at the end", () => {
    const hosts = "127.0.0.1 localhost\n127.0.1.1  a b #tail\n127.0.1.1 c d\n\n# x\n";
    expect(hostsAfter({ manage, hosts })).toBe(
      "127.0.0.1\tlocalhost\n\n# x\n127.0.1.1\ta\tb\n127.0.1.1\tc\td\n127.0.1.1\tweb-1.example.com\tweb-1\n\n",
    );
  });

  it("leaves the file alone where the line is there", () => {
    const hosts = "127.0.1.1 web-1.example.com web-1 alias\n";
    expect(hostsAfter({ manage, hosts })).toBe(hosts);
  });

  it("doubles the host's line in 26.2 where it is the only one", () => {
    const metaData = "local-hostname: 10.1.2.3\n";
    const last = "127.0.1.1\told\n127.0.1.1\tip-10-1-2-3\tip-10-1-2-3\n\n";
    expect(hostsAfter({ manage, hosts: "127.0.1.1 old\n", metaData })).toBe(last);
    expect(hostsAfter({ manage, hosts: "127.0.1.1 old\n", metaData, version: "26.2" })).toBe(`127.0.1.1\told\n${last}`);
  });

  it("makes the file with a header", () => {
    expect(hostsAfter({ manage, version: "26.2" })).toBe(
      "# Added by cloud-init v. 26.2 on <<unknown:the time of the boot>>\n127.0.1.1\tweb-1.example.com\tweb-1\n\n",
    );
  });

  it("edits the line of 127.0.0.1 on Red Hat's kin", () => {
    const hosts = "127.0.0.1 localhost\n::1 localhost\n";
    expect(hostsAfter({ manage, hosts, distro: "rocky" })).toBe(
      "::1\tlocalhost\n127.0.0.1\tlocalhost\n127.0.0.1\tweb-1.example.com\tweb-1\n\n",
    );
  });
});
