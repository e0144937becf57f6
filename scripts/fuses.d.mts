export type Fuses = Record<string, boolean>;
export function packagedFuses(platform: NodeJS.Platform, options?: { inspect?: boolean }): Fuses;
export function readFuses(executable: string): Promise<Record<string, boolean | null>>;
/** @throws SetUpError where a fuse is not as it was set */
export function setFuses(executable: string, fuses: Fuses, options?: { resetSignature?: boolean }): Promise<void>;
