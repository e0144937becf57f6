// Reports that need the system: saved where the user says, printed, signed (what is signed is printed first); tables of
// reference ranges chosen and saved.
import { writeDicomCapture, writeDicomPdf } from '../../core/formats/write/dicomReport.ts';
import type { ChannelRequest, ChannelResponse, ReportFormat } from '../../ipc/contract.ts';
import { sha256Hex } from '../../node/files/hashing.ts';
import { newDicomUid } from '../../node/files/reportDicom.ts';
import { pngPixels } from '../../node/files/pngPixels.ts';
import type { ReportContent } from '../hostMessages.ts';
import { picturePage, printOnPaper, printPdf } from '../printing.ts';
import type { Handlers } from '../registrar.ts';
import type { SavedFile } from './dialogs.ts';
import { allFiles, chooseFiles, saveFile } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';
import { versionView } from './signedVersion.ts';

const EXTENSIONS: Readonly<Record<ReportFormat, string>> = {
  ...{ pdf: 'pdf', html: 'html', csv: 'csv', json: 'json' },
  ...{ 'dicom-pdf': 'dcm', 'dicom-sc': 'dcm' },
};

async function bytesOf(
  report: ReportContent,
  { format, paper = 'a4' }: ChannelRequest<'report:export'>,
): Promise<Uint8Array> {
  const pdf = (): Promise<Uint8Array> =>
    report.pdf === null ? printPdf(report.text, paper) : Promise.resolve(report.pdf);
  const header = { ...report.dicom, uid: newDicomUid };
  if (format === 'pdf') return pdf();
  if (format === 'dicom-pdf') return writeDicomPdf(await pdf(), header);
  if (format === 'dicom-sc') return writeDicomCapture(pngPixels(await picturePage(report.text, paper)), header);
  return new TextEncoder().encode(report.text);
}

async function exportReport(
  { host, window, texts }: MainContext,
  request: ChannelRequest<'report:export'>,
): Promise<ChannelResponse<'report:export'>> {
  const { analysisId, format } = request;
  const report = await host.ask('host:report', request);
  const kind = { name: texts().kinds[format], extensions: [EXTENSIONS[format]] };
  const suggestedName = `${report.suggestedName}.${EXTENSIONS[format]}`;
  let sha256 = '';
  const saved = await saveFile(window(), { title: texts().dialogs.exportReport, suggestedName, kind }, async () => {
    const bytes = await bytesOf(report, request);
    sha256 = sha256Hex(bytes);
    return bytes;
  });
  if (saved.saved) await host.ask('host:record-report', { analysisId, format, sha256 });
  return saved;
}

async function sign(
  { host }: MainContext,
  request: ChannelRequest<'report:sign'>,
): Promise<ChannelResponse<'report:sign'>> {
  const prepared = await host.ask('host:prepare-signing', request);
  const pdf = await printPdf(prepared.html, request.paper ?? 'a4');
  return versionView(await host.ask('host:store-signed', { ...prepared, pdf }));
}

async function importRanges({ host, window, texts }: MainContext): Promise<ChannelResponse<'ranges:import'>> {
  const kinds = [{ name: texts().kinds.csv, extensions: ['csv', 'tsv', 'txt'] }, allFiles(texts())];
  const [path] = await chooseFiles(window(), texts().dialogs.readRanges, kinds, 'one');
  if (path === undefined) return null;
  const { added, known, refusals } = await host.ask('host:import-ranges', { path });
  return { added, known, refusals: [...refusals] };
}

export function reportDialogHandlers(
  context: MainContext,
): Pick<Handlers, 'report:export' | 'report:print' | 'report:sign' | 'ranges:import' | 'ranges:export'> {
  const { host, window, texts } = context;
  return {
    'report:export': (request) => exportReport(context, request),
    'report:print': async (request) => {
      const { text } = await host.ask('host:report', { ...request, format: 'html' });
      return { printed: await printOnPaper(text, request.paper ?? 'a4') };
    },
    'report:sign': (request) => sign(context, request),
    'ranges:import': () => importRanges(context),
    'ranges:export': (): Promise<SavedFile> => {
      const kind = { name: texts().kinds.csv, extensions: ['csv'] };
      const dialog = { title: texts().dialogs.saveRanges, suggestedName: 'reference-ranges.csv', kind };
      return saveFile(window(), dialog, () => host.ask('host:ranges-table', null));
    },
  };
}
