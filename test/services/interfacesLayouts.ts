const LO = "auto lo\niface lo inet loopback\n";
const D = "/etc/network/interfaces.d";

/** How /etc/network/interfaces includes other files; `reads` are the interfaces that `ifquery --list` prints beside lo. */
export const INCLUDES: readonly (readonly [line: string, reads: readonly string[]])[] = [
  [`source ${D}/*`, ["eth0", "eth1"]],
  ["source interfaces.d/*", ["eth0", "eth1"]],
  [`source ${D}/*.cfg`, ["eth1"]],
  [`source-directory ${D}`, ["eth0"]],
  ["source-directory interfaces.d", ["eth0"]],
  [`source-dir ${D}`, ["eth0"]],
  ["source-directory /etc/network/interfaces.*", ["eth0"]],
  [`source ${D}/50-cloud-\\\ninit`, ["eth0"]],
  [`# source ${D}/*`, []],
  [`source ${D}/none*`, []],
];

/** The files of a layout. */
export function interfacesFiles(line: string): Record<string, string> {
  return {
    "/etc/network/interfaces": `${LO}${line}\n`,
    [`${D}/50-cloud-init`]: "auto eth0\niface eth0 inet dhcp\n",
    [`${D}/50-cloud-init.cfg`]: "auto eth1\niface eth1 inet dhcp\n",
  };
}
