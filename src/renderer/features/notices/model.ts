// Notices by kind: which go by themselves and which stay, and their pictures.
import type { IconName } from '../../app/ui/iconPaths.ts';

/** error: something failed; caution: to be known before going on; done: as asked; note: by the way. */
export type NoticeKind = 'error' | 'caution' | 'done' | 'note';

export interface Notice {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly text: string;
  /** What else there is to say, a sentence each. */
  readonly lines: readonly string[];
}

export const NOTICE_ICONS: Readonly<Record<NoticeKind, IconName>> = {
  error: 'stopSign',
  caution: 'caution',
  done: 'check',
  note: 'info',
};

/** Whether a notice goes by itself: one sentence that nothing depends on. What has more to say waits to be closed. */
export function passes({ kind, lines }: Pick<Notice, 'kind' | 'lines'>): boolean {
  return (kind === 'done' || kind === 'note') && lines.length === 0;
}
