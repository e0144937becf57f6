// The pages of the window, in the rail's order, with their keys and icons.
import type { PageName } from '../features/session/index.ts';
import { t } from './i18n/index.ts';
import type { IconName } from './ui/iconPaths.ts';

export interface PageEntry {
  readonly page: PageName;
  readonly keys: string;
  readonly icon: IconName;
  /** Stands at the rail's foot. */
  readonly atFoot?: boolean;
}

export const PAGES: readonly PageEntry[] = [
  { page: 'worklist', keys: 'Ctrl+1', icon: 'worklist' },
  { page: 'study', keys: 'Ctrl+2', icon: 'study' },
  { page: 'batch', keys: 'Ctrl+6', icon: 'batch' },
  { page: 'comparison', keys: 'Ctrl+5', icon: 'compare' },
  { page: 'basis', keys: 'Ctrl+3', icon: 'basis' },
  { page: 'models', keys: 'Ctrl+4', icon: 'models' },
  { page: 'help', keys: 'F1', icon: 'help', atFoot: true },
  { page: 'settings', keys: 'Ctrl+,', icon: 'settings', atFoot: true },
];

export const pageTitle = (page: PageName): string => t(`app.pages.${page}`);
