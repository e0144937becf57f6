// The report of the chosen analysis: preview, export and print; of a signed version what was signed.
import { defineStore, storeToRefs } from 'pinia';
import { computed, ref } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { i18n, t } from '../../app/i18n/index.ts';
import { useImages } from '../images/index.ts';
import { useDicomNodes, useSending, type SentPage } from '../dicom/index.ts';
import { useMrsi } from '../mrsi/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import type { ReportFormat, ReportPaper, SignedVersionView } from '../../../ipc/contract.ts';
import { drawnOnImages, parsePaper } from './model.ts';
import { useSigning } from './signing.ts';

export const useReports = defineStore('reports', () => {
  const session = useSession();
  const notices = useNotices();
  const signing = useSigning();
  const images = useImages();
  const mrsi = useMrsi();
  const nodes = useDicomNodes();
  const sending = useSending();
  const { shownVersion } = storeToRefs(signing);
  const html = ref<string | null>(null);
  const failure = ref<string | null>(null);
  const exporting = ref<ReportFormat | 'print' | null>(null);
  /** Whether the page on the correction of frequency and phase is added. */
  const withCorrection = ref(false);
  const paper = ref<ReportPaper>('a4');
  let turn = 0;
  let paperLoaded = false;

  /** What is drawn on the images, and shown there now. */
  const drawn = computed(() => drawnOnImages(images.view.shift, session.voxels > 1 ? mrsi.regions : []));
  const canReport = computed(() => session.analysisId !== null || shownVersion.value !== null);

  /** What every request about a page says; null where there is nothing to report. */
  function pageOf(version: SignedVersionView | null) {
    const analysisId = version?.analysisId ?? session.analysisId;
    if (analysisId === null) return null;
    return {
      analysisId,
      voxel: version?.voxel ?? session.voxel,
      withCorrection: withCorrection.value,
      language: i18n.global.locale.value,
      paper: paper.value,
      drawn: drawn.value,
    };
  }
  type Page = NonNullable<ReturnType<typeof pageOf>>;

  async function loadPaper(): Promise<void> {
    if (paperLoaded) return;
    paperLoaded = true;
    paper.value = parsePaper((await request('settings:get', { key: 'reportPaper' })).value);
  }

  async function setPaper(value: ReportPaper): Promise<void> {
    paper.value = value;
    await notices.attempt(() => request('settings:set', { key: 'reportPaper', value }));
  }

  async function pageHtml(): Promise<string | null> {
    await loadPaper();
    const version = shownVersion.value;
    if (version !== null) return (await request('report:version', { versionId: version.id })).html;
    const asked = pageOf(null);
    return asked === null ? null : (await request('report:preview', asked)).html;
  }

  async function loadPreview(): Promise<void> {
    const mine = ++turn;
    failure.value = null;
    try {
      const page = await pageHtml();
      if (mine === turn) html.value = page;
    } catch (error) {
      if (mine !== turn) return;
      html.value = null;
      failure.value = errorSentence(error);
    }
  }

  /** Runs one thing at a time with the page as it is; what is typed is kept first. */
  async function withPage<T>(what: ReportFormat | 'print', work: (page: Page) => Promise<T>): Promise<T | null> {
    const page = pageOf(shownVersion.value);
    if (page === null) {
      notices.say('caution', t('reports.nothingYet'));
      return null;
    }
    if (exporting.value !== null) return null;
    exporting.value = what;
    const answer = await notices.attempt(async () => {
      await signing.flush();
      return work(page);
    });
    exporting.value = null;
    return answer;
  }

  const versionPart = (): { versionId?: string } =>
    shownVersion.value === null ? {} : { versionId: shownVersion.value.id };

  async function save(format: ReportFormat): Promise<void> {
    const answer = await withPage(format, (page) => request('report:export', { ...page, ...versionPart(), format }));
    if (answer?.saved !== true) return;
    notices.say('done', t('reports.saved', { name: answer.fileName ?? format }));
    await notices.attempt(() => session.refresh());
  }

  async function print(): Promise<void> {
    const answer = await withPage('print', (page) => request('report:print', { ...page, ...versionPart() }));
    if (answer?.printed === true) notices.say('done', t('reports.printed'));
  }

  /** Asks where to send the report as it is shown; what is typed is kept first. */
  async function send(): Promise<void> {
    const page = pageOf(shownVersion.value);
    const studyId = session.studyId;
    if (page === null || studyId === null) {
      notices.say('caution', t('reports.nothingYet'));
      return;
    }
    await notices.attempt(signing.flush);
    const { analysisId, voxel, withCorrection: correction, drawn: shapes } = page;
    const shown: SentPage = { analysisId, voxel, withCorrection: correction, drawn: shapes, versionId: shownVersion.value?.id ?? null }; // prettier-ignore
    await sending.ask([studyId], shown, nodes.nodes);
  }

  /**
   * Signs the draft, whichever version is looked at.
   * @param given the password, where login is required
   * @returns whether it was signed
   */
  async function sign(
    signer: { readonly name: string; readonly role: string },
    given: { readonly password?: string },
  ): Promise<boolean> {
    const page = pageOf(null);
    return page === null ? false : signing.sign({ ...page, ...given }, signer);
  }

  return {
    html,
    failure,
    exporting,
    withCorrection,
    paper,
    drawn,
    canReport,
    setPaper,
    loadPaper,
    loadPreview,
    save,
    print,
    send,
    sign,
  };
});
