// Imports under way: being read, or read and waiting for the user's word, one after the other.
import type { ImportPreview } from '../../../core/domain/importPreview.ts';

export interface PendingImport {
  readonly token: string;
  /** What was given, in words. */
  readonly title: string;
  readonly fraction: number;
  readonly message: string;
  readonly cancelling: boolean;
  /** Long enough under way to be shown. */
  readonly visible: boolean;
  /** null while it is read. */
  readonly preview: ImportPreview | null;
}

export type PendingList = readonly PendingImport[];

export const isPending = (list: PendingList, token: string): boolean => list.some((p) => p.token === token);

/** What the dialog is about: what is ready to be asked about first, then what is being read. */
export function currentOf(list: PendingList): PendingImport | null {
  return list.find((p) => p.preview !== null) ?? list.find((p) => p.visible) ?? null;
}

/** @returns the list with an import changed, or begun where it is new */
export function withPart(list: PendingList, token: string, part: Partial<PendingImport>): PendingList {
  if (isPending(list, token)) return list.map((p) => (p.token === token ? { ...p, ...part } : p));
  const begun = { token, title: '', fraction: 0, message: '', cancelling: false, visible: false, preview: null };
  return [...list, { ...begun, ...part }];
}

/** @returns the list with an import ready, behind those that were before: the one asked about stays on screen */
export function withPreview(list: PendingList, token: string, preview: ImportPreview): PendingList {
  const changed = withPart(list, token, { preview });
  const others = changed.filter((p) => p.token !== token);
  return [
    ...others.filter((p) => p.preview !== null),
    ...changed.filter((p) => p.token === token),
    ...others.filter((p) => p.preview === null),
  ];
}
