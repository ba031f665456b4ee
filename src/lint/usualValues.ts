import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { Setting } from "../services/service.ts";

/**
 * Says of a setting that installers and image tools write it by themselves, or that it is not customised at all;
 * undefined where only a person or their tool would have written it.
 */
export function usualValue(service: string, setting: Setting, image: Image, distro: Distro): string | undefined {
  return USUAL[service]?.(setting, image, distro);
}

type Usual = (setting: Setting, image: Image, distro: Distro) => string | undefined;

const USUAL: Readonly<Record<string, Usual>> = {
  hostname: () => "every installer and image tool writes a host name",
};
