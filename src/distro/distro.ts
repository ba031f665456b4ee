import type { Packages } from "../packages/packages.ts";

/** What an image is, before any configuration is read. */
export interface Distro {
  /** os-release's ID and VERSION_ID ("" where missing), for reports. */
  readonly id: string;
  readonly version: string;
  /** VERSION_CODENAME: "bookworm"; "" where os-release does not say. */
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

/** The cloud-init that the image carries. */
export interface CloudInit {
  /** Upstream version such as "22.4.2"; "" where nothing tells it; undefined when cloud-init is not in the image. */
  readonly version: string | undefined;
  /** Why the first boot does not run it (cloud-init.disabled, kernel command line); undefined when it does. */
  readonly disabled: Disabled | undefined;
  /** The directory of the Python package ("/usr/lib/python3/dist-packages/cloudinit"); undefined when not found. */
  readonly library: string | undefined;
}

/**
 * The facts of one distro class of cloud-init (cloudinit/distros, 26.2): what the class sets by itself, whatever the
 * configuration says. The class is chosen by system_info.distro, not by os-release.
 */
export interface DistroFacts {
  /** The name in system_info.distro. */
  readonly name: string;
  /** cloud-init's osfamily, which chooses templates and parsers. */
  readonly family: string;
  /** The ssh service that the class restarts where system_info.ssh_svcname does not say. */
  readonly sshService: string;
  /**
   * How set_hostname stores the name: /etc/hostname, hostnamectl, /etc/sysconfig/network of Red Hat without systemd,
   * Gentoo's /etc/conf.d, or a BSD's.
   */
  readonly hostname: "etc-hostname" | "hostnamectl" | "sysconfig" | "conf.d" | "rc.conf" | "myname";
  /** Whether the host name is the FQDN where prefer_fqdn_over_hostname does not say. */
  readonly preferFqdn: boolean;
  /** The address whose line of /etc/hosts manage_etc_hosts: localhost edits. */
  readonly hostsAddress: string;
  /** How the locale module stores the locale. */
  readonly locale: "default-locale" | "locale.conf" | "profile.d" | "locale.gen" | "eselect" | "raspi-config" | "none";
  /** Whether the class takes the system's own LANG of that file where no locale is configured (since 22.2). */
  readonly keepsLocale: boolean;
  /** The file with LANG of the way "locale.conf"; Red Hat without systemd has another. */
  readonly localeFile: "/etc/locale.conf" | "/etc/sysconfig/i18n";
  /** Whether the time zone is the link /etc/localtime alone, or /etc/timezone or /etc/sysconfig/clock holds its name too. */
  readonly timezone: "link" | "timezone" | "clock";
  /** The directory of cloud-init's helper programs. */
  readonly libexec: string;
}
