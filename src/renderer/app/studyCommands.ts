// Commands about the open study, its report and its spectrum, and one for each study there is.
import { useDicomNodes, useScheduled } from '../features/dicom/index.ts';
import { useExporting } from '../features/exporting/index.ts';
import { useFit } from '../features/fit/index.ts';
import { useNotices } from '../features/notices/index.ts';
import { useReferenceRanges } from '../features/referenceRanges/index.ts';
import { useReports } from '../features/reports/index.ts';
import { patientName, useSession } from '../features/session/index.ts';
import { useSpectrum } from '../features/spectrum/index.ts';
import { PRESETS, presetText, useStudyLayout } from '../features/study/index.ts';
import type { StudySummaryView } from '../../ipc/contract.ts';
import { t } from './i18n/index.ts';
import type { Command } from './shortcuts.ts';

export function studyCommands(): Command[] {
  const session = useSession();
  const layout = useStudyLayout();
  const fit = useFit();
  const nodes = useDicomNodes();
  const scheduled = useScheduled();
  const open = (): boolean => session.study !== null;
  const presets = PRESETS.map((preset, i): Command => ({
    id: `preset-${preset}`,
    title: t('app.commands.arrange', { preset: presetText(preset) }),
    group: 'study',
    keys: `Alt+${i + 1}`,
    isAvailable: () => open() && (preset !== 'mrsi' || session.voxels > 1),
    whyNot: () => t(open() ? 'app.commands.whyNot.noGrid' : 'app.commands.whyNot.noStudy'),
    run: () => {
      session.page = 'study';
      layout.setPreset(preset);
    },
  }));
  return [
    {
      id: 'run-fit',
      title: t('app.commands.runFit'),
      group: 'study',
      keys: 'Ctrl+R',
      isAvailable: () => fit.obstacle === null && !fit.running,
      whyNot: () => (fit.running ? t('app.commands.whyNot.fitRunning') : (fit.obstacle ?? '')),
      run: () => void fit.run(),
    },
    ...presets,
    {
      id: 'take-over-scheduled',
      title: t('dicom.scheduled.command'),
      group: 'study',
      keys: '',
      isAvailable: () => open() && nodes.worklists.length > 0,
      whyNot: () => t(open() ? 'dicom.scheduled.noServer' : 'app.commands.whyNot.noStudy'),
      run: () => void (session.studyId !== null && scheduled.ask(session.studyId, nodes.worklists)),
    },
    {
      id: 'reset-panes',
      title: t('app.commands.resetPanes'),
      group: 'study',
      keys: '',
      isAvailable: open,
      whyNot: () => t('app.commands.whyNot.noStudy'),
      run: () => layout.resetSizes(),
    },
  ];
}

export function reportCommands(): Command[] {
  const session = useSession();
  const reports = useReports();
  const ranges = useReferenceRanges();
  const exporting = useExporting();
  const nodes = useDicomNodes();
  const fitted = (): boolean => session.analysisId !== null;
  const noResult = (): string =>
    t(session.study === null ? 'app.commands.whyNot.noStudy' : 'app.commands.whyNot.noFit');
  const saved = (format: 'pdf' | 'html' | 'csv', title: string, keys: string): Command => ({
    id: `export-${format}`,
    title,
    group: 'report',
    keys,
    isAvailable: fitted,
    whyNot: noResult,
    run: () => void reports.save(format),
  });
  return [
    {
      id: 'export-study',
      title: t('app.commands.exportStudy'),
      group: 'report',
      keys: 'Ctrl+Shift+E',
      isAvailable: () => session.study !== null && exporting.running === null,
      whyNot: () => t(session.study === null ? 'app.commands.whyNot.noStudy' : 'app.commands.whyNot.exporting'),
      run: () => exporting.ask(),
    },
    saved('pdf', t('app.commands.exportPdf'), 'Ctrl+E'),
    saved('html', t('app.commands.exportHtml'), ''),
    saved('csv', t('app.commands.exportCsv'), ''),
    {
      id: 'print-report',
      title: t('reports.printCommand'),
      group: 'report',
      keys: 'Ctrl+P',
      isAvailable: () => reports.canReport,
      whyNot: noResult,
      run: () => void reports.print(),
    },
    {
      id: 'send-report',
      title: t('dicom.send.command'),
      group: 'report',
      keys: 'Ctrl+Shift+S',
      isAvailable: () => reports.canReport && nodes.nodes.length > 0,
      whyNot: () => (reports.canReport ? t('dicom.send.noNode') : noResult()),
      run: () => void reports.send(),
    },
    {
      id: 'reference-ranges',
      title: t('reports.ranges'),
      group: 'report',
      keys: '',
      isAvailable: () => true,
      run: () => void (ranges.open = true),
    },
  ];
}

export function spectrumCommands(): Command[] {
  const session = useSession();
  const spectrum = useSpectrum();
  const open = (): boolean => session.page === 'study' && spectrum.transients > 1;
  const notHere = (): string =>
    t(session.page === 'study' ? 'app.commands.whyNot.oneTransient' : 'app.commands.whyNot.notOnPage');
  const step = (by: number): void => {
    const { transient, source } = spectrum.view;
    const from = typeof transient !== 'number' ? (by > 0 ? -1 : spectrum.transients) : transient;
    const to = Math.max(0, Math.min(spectrum.transients - 1, from + by));
    spectrum.change({ transient: to, source: source === 'processed' ? 'raw' : source });
  };
  return [
    {
      id: 'previous-transient',
      title: t('app.commands.previousTransient'),
      group: 'spectrum',
      keys: '[',
      isAvailable: open,
      whyNot: notHere,
      run: () => step(-1),
    },
    {
      id: 'next-transient',
      title: t('app.commands.nextTransient'),
      group: 'spectrum',
      keys: ']',
      isAvailable: open,
      whyNot: notHere,
      run: () => step(1),
    },
    {
      id: 'reset-view',
      title: t('app.commands.resetSpectrum'),
      group: 'spectrum',
      keys: '',
      isAvailable: () => session.study !== null,
      whyNot: () => t('app.commands.whyNot.noStudy'),
      run: () => spectrum.reset(),
    },
  ];
}

/** Opens a study: by patient, date and title. */
export function openStudyCommand(group: 'recent' | 'studies', study: StudySummaryView): Command {
  const session = useSession();
  const notices = useNotices();
  return {
    id: `${group}-${study.id}`,
    title: [patientName(study), study.studyDate, study.title]
      .filter((part) => part !== null && part !== '')
      .join(' · '),
    group,
    keys: '',
    isAvailable: () => session.studyId !== study.id || session.page !== 'study',
    whyNot: () => t('app.commands.whyNot.openAlready'),
    run: () => void notices.attempt(() => session.open(study.id)),
  };
}
