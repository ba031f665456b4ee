import { X509Certificate } from "node:crypto";
import { findPair } from "../../config/merge.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type ConfigNode, type Mapping, originOf } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Told } from "../schema/told.ts";
import { findPlaceholders } from "../templates/placeholders.ts";
import type { SourceContext } from "./packageSources.ts";

const MODULE = "ca_certs";

/** What is certain of the CA certificates that a configuration asks for (cc_ca_certs, 18.5 to 26.2). */
export function toldOfCaCertificates(root: Mapping, { version, isUnknown }: SourceContext): Told[] {
  const told: Told[] = [];
  const say = (at: Parameters<typeof originOf>[0], message: string): void => {
    told.push({ about: "ca-certificate-lost", worst: "error", module: MODULE, message, origin: originOf(at) });
  };
  const [now, old] = [findPair(root, "ca_certs"), findPair(root, "ca-certs")];
  const readsBoth = versionAtLeast(version, "22.1");
  if (readsBoth && now !== undefined && old !== undefined && truthy(old.value))
    say(
      old,
      "ca-certs has no effect, since cloud-init ignores it if ca_certs is set too. Move its certificates to ca_certs.trusted.",
    );
  const read = (readsBoth ? now : undefined) ?? old;
  if (read?.value.type !== "mapping" || isUnknown?.(read.value)) return told;
  const remove = findPair(read.value, "remove_defaults");
  if (
    !readsBoth &&
    remove !== undefined &&
    truthy(remove.value) &&
    findPair(read.value, "remove-defaults") === undefined
  )
    say(
      remove,
      `remove_defaults has no effect: cloud-init ${version} reads only remove-defaults, so the distribution's certificates stay trusted. Write remove-defaults.`,
    );
  const trusted = findPair(read.value, "trusted")?.value;
  for (const certificate of trusted?.type === "sequence" ? trusted.children : trusted === undefined ? [] : [trusted]) {
    const wrong = certificate.type === "scalar" && !isUnknown?.(certificate) ? wrongOf(certificate) : undefined;
    if (wrong !== undefined) say(certificate, wrong);
  }
  return told;
}

const BEGIN = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

/** Why a certificate of `trusted` is not trusted; undefined if nothing speaks against it. */
function wrongOf(node: ConfigNode): string | undefined {
  const text = pyStr(node);
  if (node.type !== "scalar" || text === "" || node.kind === "null") return undefined;
  if (!BEGIN.test(text)) {
    const hint = /^[/.~]\S{0,300}$/.test(text) ? "; cloud-init reads no file" : "";
    return `This entry of trusted is not a certificate in PEM format, so nothing is trusted${hint}. Give the text from "-----BEGIN CERTIFICATE-----" on.`;
  }
  const isOneLine = !new RegExp(`^${BEGIN.source}\\s*$`, "m").test(text);
  if (isOneLine) return 'This certificate has lost its line breaks, so it is not trusted. Write it below "|".';
  if (!isDamaged(text)) return undefined;
  return "This certificate cannot be decoded, so it is not trusted. On Debian, Ubuntu and Alpine it becomes part of the bundle of all certificates, which Python and other programs that use OpenSSL then refuse as a whole. Paste the certificate again in full.";
}

/** The maximum number of certificates of one entry that are decoded; the bundle of a distribution has about 150. */
const MOST_DECODED = 300;

/**
 * Whether a text contains a certificate that OpenSSL starts to read and cannot decode: it then reads none of the file's
 * certificates. Text outside of the blocks does not matter. What a template fills in later is not known.
 */
function isDamaged(text: string): boolean {
  if (findPlaceholders(text, "all").length > 0) return false;
  const blocks = text.split(/^(?=-----BEGIN (?:X509 )?CERTIFICATE-----\s*$)/m);
  return blocks.slice(0, MOST_DECODED).some((block) => /^-----BEGIN/.test(block) && !isDecoded(block));
}

function isDecoded(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}
