// Every command of the window: what it is called, its key, whether it can be done now. Palette, shortcuts and menu use it.
import { useExporting } from '../features/exporting/index.ts';
import { useFit } from '../features/fit/index.ts';
import { useImporting } from '../features/importing/index.ts';
import { useNotices } from '../features/notices/index.ts';
import { useReports } from '../features/reports/index.ts';
import { useSession, type PageName } from '../features/session/index.ts';
import { useSettings } from '../features/settings/index.ts';
import { useSpectrum } from '../features/spectrum/index.ts';
import { PRESETS, useStudyLayout } from '../features/study/index.ts';
import { useWorklist } from '../features/worklist/index.ts';
import type { Command } from './shortcuts.ts';

export const PAGES: readonly { readonly page: PageName; readonly title: string; readonly keys: string }[] = [
  { page: 'worklist', title: 'Worklist', keys: 'Ctrl+1' },
  { page: 'study', title: 'Study', keys: 'Ctrl+2' },
  { page: 'comparison', title: 'Compare methods', keys: 'Ctrl+5' },
  { page: 'basis', title: 'Basis sets', keys: 'Ctrl+3' },
  { page: 'models', title: 'Models', keys: 'Ctrl+4' },
  { page: 'settings', title: 'Settings', keys: 'Ctrl+,' },
];

const always = (): boolean => true;

function pageCommands(): Command[] {
  const session = useSession();
  return PAGES.map(({ page, title, keys }) => ({
    id: `page-${page}`,
    title: `Go to ${title}`,
    group: 'Go',
    keys,
    isAvailable: always,
    run: () => void (session.page = page),
  }));
}

function studyCommands(): Command[] {
  const session = useSession();
  const layout = useStudyLayout();
  const fit = useFit();
  const reports = useReports();
  const exporting = useExporting();
  const open = (): boolean => session.study !== null;
  const fitted = (): boolean => session.analysisId !== null;
  const presets = PRESETS.map((preset, i): Command => ({
    id: `preset-${preset.value}`,
    title: `Arrange: ${preset.text}`,
    group: 'Study',
    keys: `Alt+${i + 1}`,
    isAvailable: () => open() && (preset.value !== 'mrsi' || session.voxels > 1),
    run: () => {
      session.page = 'study';
      layout.setPreset(preset.value);
    },
  }));
  return [
    {
      id: 'run-fit',
      title: 'Run fit',
      group: 'Study',
      keys: 'Ctrl+R',
      isAvailable: () => fit.obstacle === null && !fit.running,
      run: () => void fit.run(),
    },
    ...presets,
    {
      id: 'reset-panes',
      title: 'Reset pane sizes',
      group: 'Study',
      keys: '',
      isAvailable: open,
      run: () => layout.resetSizes(),
    },
    {
      id: 'export-study',
      title: 'Export the study…',
      group: 'File',
      keys: 'Ctrl+Shift+E',
      isAvailable: () => open() && exporting.running === null,
      run: () => exporting.ask(),
    },
    {
      id: 'export-pdf',
      title: 'Save the report as PDF',
      group: 'Report',
      keys: 'Ctrl+E',
      isAvailable: fitted,
      run: () => void reports.save('pdf'),
    },
    {
      id: 'export-html',
      title: 'Save the report as HTML',
      group: 'Report',
      keys: '',
      isAvailable: fitted,
      run: () => void reports.save('html'),
    },
    {
      id: 'export-csv',
      title: 'Save the results as CSV',
      group: 'Report',
      keys: '',
      isAvailable: fitted,
      run: () => void reports.save('csv'),
    },
  ];
}

function spectrumCommands(): Command[] {
  const session = useSession();
  const spectrum = useSpectrum();
  const open = (): boolean => session.page === 'study' && spectrum.transients > 1;
  const step = (by: number): void => {
    const { transient, source } = spectrum.view;
    const from = transient === 'mean' ? (by > 0 ? -1 : spectrum.transients) : transient;
    const to = Math.max(0, Math.min(spectrum.transients - 1, from + by));
    spectrum.change({ transient: to, source: source === 'processed' ? 'raw' : source });
  };
  return [
    {
      id: 'previous-transient',
      title: 'Previous transient',
      group: 'Spectrum',
      keys: '[',
      isAvailable: open,
      run: () => step(-1),
    },
    {
      id: 'next-transient',
      title: 'Next transient',
      group: 'Spectrum',
      keys: ']',
      isAvailable: open,
      run: () => step(1),
    },
    {
      id: 'reset-view',
      title: 'Reset phase, broadening and zoom',
      group: 'Spectrum',
      keys: '',
      isAvailable: () => session.study !== null,
      run: () => spectrum.reset(),
    },
  ];
}

/** All commands; call inside the app, after Pinia stands. */
export function allCommands(showShortcuts: () => void, showPalette: () => void): Command[] {
  const worklist = useWorklist();
  const importing = useImporting();
  const settings = useSettings();
  const notices = useNotices();
  return [
    { id: 'palette', title: 'Command palette', group: 'Go', keys: 'Ctrl+K', isAvailable: always, run: showPalette },
    {
      id: 'open-files',
      title: 'Open scans…',
      group: 'File',
      keys: 'Ctrl+O',
      isAvailable: () => !importing.busy,
      run: () => void importing.openFiles(),
    },
    {
      id: 'open-folder',
      title: 'Open a folder of scans…',
      group: 'File',
      keys: 'Ctrl+Shift+O',
      isAvailable: () => !importing.busy,
      run: () => void importing.openFolder(),
    },
    {
      id: 'open-demo',
      title: 'Open the demo study',
      group: 'File',
      keys: 'Ctrl+D',
      isAvailable: always,
      run: () => void worklist.openDemo(),
    },
    ...pageCommands(),
    ...studyCommands(),
    ...spectrumCommands(),
    {
      id: 'toggle-theme',
      title: 'Switch between dark and light',
      group: 'View',
      keys: 'Ctrl+Shift+L',
      isAvailable: always,
      run: () => void notices.attempt(() => settings.toggleTheme()),
    },
    {
      id: 'show-shortcuts',
      title: 'Show shortcuts',
      group: 'Help',
      keys: '?',
      isAvailable: always,
      run: showShortcuts,
    },
  ];
}
