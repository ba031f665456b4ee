import type { Service } from "./service.ts";
import { sshd } from "./sshd.ts";

/** Every service, in the order of reports. */
export const services: readonly Service[] = [sshd];
