export interface Component {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly kind: 'npm' | 'crate' | 'library';
  readonly partOf: string | null;
  readonly text: string;
}
export const ACCEPTED_LICENCES: ReadonlySet<string>;
export function isAccepted(expression: string): boolean;
export function packageFolders(modules: Iterable<string>): string[];
/** @throws SetUpError where a licence is not accepted or its text is missing */
export function shippedComponents(bundled: string[]): Promise<Component[]>;
/** @throws SetUpError where a text is missing */
export function microsoftTerms(platform: NodeJS.Platform, texts?: string): Promise<{ name: string; text: string }[]>;
