import type { Packages } from "../packages/packages.ts";

/** The identity of an image, before any configuration is read. */
export interface Distro {
  /** os-release's ID and VERSION_ID ("" if missing), for reports. */
  readonly id: string;
  readonly version: string;
  /** VERSION_CODENAME: "bookworm"; "" if os-release lacks it. */
  readonly codename: string;
  readonly packages: Packages;
  readonly cloudInit: CloudInit;
}

/** What keeps the first boot from running cloud-init, and the file (with its line, if one does) that says so. */
export type Disabled = { readonly path: string; readonly line?: number } & (
  | {
      readonly code:
        | "marker"
        | "kernel-command-line"
        | "ds-identify-policy"
        | "generator-masked"
        | "units-disabled"
        | "units-masked"
        | "no-runlevel";
    }
  | { readonly code: "unit-masked" | "unit-disabled"; readonly unit: string }
);

/** The cloud-init in the image. */
export interface CloudInit {
  /** Upstream version such as "22.4.2"; "" if unknown; undefined if the image contains no cloud-init. */
  readonly version: string | undefined;
  /** Why the first boot does not run it (cloud-init.disabled, kernel command line); undefined if it does. */
  readonly disabled: Disabled | undefined;
  /** The directory of the Python package ("/usr/lib/python3/dist-packages/cloudinit"); undefined if not found. */
  readonly library: string | undefined;
}

/**
 * The facts of one distro class of cloud-init (cloudinit/distros, 26.2): what the class itself determines, regardless of
 * the configuration. system_info.distro selects the class, not os-release.
 */
export interface DistroFacts {
  /** The name in system_info.distro. */
  readonly name: string;
  /** cloud-init's osfamily, which selects templates and parsers. */
  readonly family: string;
  /** The ssh service that the class restarts unless system_info.ssh_svcname is set. */
  readonly sshService: string;
  /**
   * How set_hostname stores the name: /etc/hostname, hostnamectl, /etc/sysconfig/network on Red Hat without systemd,
   * Gentoo's /etc/conf.d, or a BSD's file.
   */
  readonly hostname: "etc-hostname" | "hostnamectl" | "sysconfig" | "conf.d" | "rc.conf" | "myname";
  /** Whether the host name is the FQDN unless prefer_fqdn_over_hostname is set. */
  readonly preferFqdn: boolean;
  /** The address of the /etc/hosts line that `manage_etc_hosts: localhost` edits. */
  readonly hostsAddress: string;
  /** How the locale module stores the locale. */
  readonly locale: "default-locale" | "locale.conf" | "profile.d" | "locale.gen" | "eselect" | "raspi-config" | "none";
  /** Whether the class uses the LANG in that file if no locale is configured (since 22.2). */
  readonly keepsLocale: boolean;
  /** The file with LANG for "locale.conf"; Red Hat without systemd uses another one. */
  readonly localeFile: "/etc/locale.conf" | "/etc/sysconfig/i18n";
  /** Whether only the link /etc/localtime sets the time zone, or /etc/timezone or /etc/sysconfig/clock contains its name too. */
  readonly timezone: "link" | "timezone" | "clock";
  /** The directory of cloud-init's helper programs. */
  readonly libexec: string;
}
