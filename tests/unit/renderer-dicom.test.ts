// DICOM in words: rules as sentences, how transfers stand, what a scheduled step says against a study's files; the form that
// sends.
import { afterEach, describe, expect, it } from 'vitest';
import type {
  OfferedSeriesView,
  ReceivingRuleView,
  RemoteNodeView,
  ScheduledStepView,
  StudyIdentityView,
} from '../../src/ipc/contract.ts';
import { i18n } from '../../src/renderer/app/i18n/index.ts';
import {
  beginsToSend,
  compareIdentity,
  conditionWords,
  consignments,
  durationText,
  isProtected,
  isSomebodyElse,
  kindsFor,
  mayBeSent,
  matchTime,
  nodeAddress,
  personName,
  ruleSentence,
  sendingLines,
  sizeText,
  suggestedIds,
} from '../../src/renderer/features/dicom/model.ts';

const ANY = { echoTimeFromS: null, echoTimeToS: null, sequenceContains: null, nucleus: null };
const NAMES = { node: (id: string) => `node ${id}`, recipe: (id: string) => `recipe ${id}`, basis: (id: string) => `set ${id}` }; // prettier-ignore
const rule = (part: Partial<ReceivingRuleView>): ReceivingRuleView => ({
  ...{ id: 'r', name: 'Rule', isOn: true, when: ANY, quantify: null, send: null },
  ...part,
});

describe('a rule in a sentence', () => {
  it.each([
    [ANY, 'Any scan'],
    [{ ...ANY, echoTimeFromS: 0.025, echoTimeToS: 0.035 }, 'TE 25 to 35 ms'],
    [{ ...ANY, echoTimeFromS: 0.0351 }, 'TE 35.1 ms or more'],
    [
      { ...ANY, echoTimeToS: 0.04, sequenceContains: 'press', nucleus: '31P' },
      'TE up to 40 ms, sequence with “press”, 31P',
    ],
  ])('is for %j', (when, words) => {
    expect(conditionWords(when)).toBe(words);
  });

  it('says what is done and what goes where', () => {
    expect(ruleSentence(rule({}), NAMES)).toBe('Any scan: left for the reader.');
    const quantify = { recipeId: 'a', method: 'nlls', alsoBy: ['quest'], basisId: 'b' };
    const send = { nodeIds: ['1', '2'], kinds: ['report-pdf' as const, 'structured-report' as const] };
    expect(ruleSentence(rule({ quantify, send }), NAMES)).toBe(
      'Any scan: quantified by the recipe recipe a, methods NLLS, QUEST, basis set set b; ' +
        'unsigned report as PDF, structured report sent to node 1, node 2.',
    );
    const whatSuits = { recipeId: null, method: null, alsoBy: [], basisId: null };
    expect(ruleSentence(rule({ quantify: whatSuits }), NAMES)).toBe('Any scan: quantified by what suits the scan.');
  });

  it('is confirmed where reports begin to leave, or go elsewhere', () => {
    const send = { nodeIds: ['1'], kinds: ['report-pdf' as const] };
    expect(beginsToSend(rule({ send }), null)).toBe(true);
    expect(beginsToSend(rule({ send }), rule({ send }))).toBe(false);
    expect(beginsToSend(rule({ send, name: 'Other' }), rule({ send }))).toBe(false);
    expect(beginsToSend(rule({ send }), rule({ send, isOn: false }))).toBe(true);
    expect(beginsToSend(rule({ send: { ...send, nodeIds: ['1', '2'] } }), rule({ send }))).toBe(true);
    expect(beginsToSend(rule({ send, isOn: false }), null)).toBe(false);
    expect(beginsToSend(rule({ send: { ...send, nodeIds: [] } }), null)).toBe(false);
  });
});

describe('nodes', () => {
  const dimse = { aeTitle: 'PACS', host: 'pacs', port: 104, tls: null };
  const web = { url: 'https://pacs/dicom-web', userName: null, hasPassword: false, caFile: null };

  it('are named by their addresses, and protected only where every way is', () => {
    expect(nodeAddress({ dimse, web })).toBe('PACS at pacs:104, https://pacs/dicom-web');
    const tls = { certificateFile: null, keyFile: null, caFile: null };
    const cases: readonly (readonly [Pick<RemoteNodeView, 'dimse' | 'web'>, boolean])[] = [
      [{ dimse, web }, false],
      [{ dimse: { ...dimse, tls }, web }, true],
      [{ dimse: null, web: { ...web, url: 'http://pacs/dicom-web' } }, false],
      [{ dimse: null, web }, true],
    ];
    for (const [node, isSafe] of cases) expect(isProtected(node)).toBe(isSafe);
  });
});

describe('what an archive answers', () => {
  it('is shown as people write it', () => {
    expect(personName('Doe^Jane^^Dr')).toBe('Doe, Jane, Dr');
    expect(personName(null)).toBe('');
    expect(matchTime({ studyDate: '2026-03-01', studyTime: '09:30:12' })).toBe('2026-03-01 09:30');
    expect(matchTime({ studyDate: null, studyTime: null })).toBe('');
    expect([durationText(0.2), durationText(55.4), durationText(2345)]).toEqual(['1 ms', '55 ms', '2.3 s']);
    expect([sizeText(12), sizeText(12_345_678)]).toEqual(['12 B', '12.3 MB']);
  });

  it('is ticked where it is suggested and not here yet', () => {
    const series = (seriesInstanceUid: string, isSuggested: boolean, isHere: boolean) =>
      ({ seriesInstanceUid, isSuggested, isHere }) as OfferedSeriesView;
    expect(suggestedIds([series('1', true, false), series('2', true, true), series('3', false, false)])).toEqual(['1']);
  });
});

describe('a scheduled step beside the study', () => {
  const study: StudyIdentityView = {
    patient: { name: 'Müller^Jörg', id: 'W-1', sex: null, birthDate: null, ageYears: null, weightKg: null },
    ...{ accessionNumber: null, studyInstanceUid: '2.25.1', hasOwnUid: true, isSigned: false },
  };
  const step: ScheduledStepView = {
    ...{ patientName: 'MÜLLER^Jörg', patientId: 'W-1', birthDate: '1965-07-08', sex: 'M', accessionNumber: 'A-1' },
    ...{ studyInstanceUid: '2.25.2', requestedProcedure: null, referringPhysician: null, modality: 'MR' },
    ...{ scheduledDate: null, scheduledTime: null, stationAeTitle: null, description: null },
  };

  it('agrees whatever the case of a name; a UID of the files is no contradiction', () => {
    const rows = compareIdentity(study, step);
    expect(rows.filter(({ isContradiction }) => isContradiction)).toEqual([]);
    expect(rows.find(({ field }) => field === 'studyInstanceUid')?.theirs).toBe('2.25.1');
    expect(isSomebodyElse(rows)).toBe(false);
  });

  it.each([
    [{ patientId: 'W-2' }, true],
    [{ patientName: 'Other^Person' }, true],
    [{ patientName: null, patientId: null }, false],
  ])('may be somebody else’s: %j', (part, isOther) => {
    expect(isSomebodyElse(compareIdentity(study, { ...step, ...part }))).toBe(isOther);
  });

  it('differs in sex or birth date without being somebody else’s by that alone', () => {
    const rows = compareIdentity({ ...study, patient: { ...study.patient, sex: 'F' } }, step);
    expect(rows.filter(({ isContradiction }) => isContradiction).map(({ field }) => field)).toEqual(['sex']);
    expect(isSomebodyElse(rows)).toBe(false);
  });
});

describe('the sign on the worklist', () => {
  afterEach(() => void (i18n.global.locale.value = 'en'));

  it('names nodes, times and reasons in the language of the window', () => {
    const transfers = [
      { nodeName: 'PACS', state: 'sent' as const, at: '2026-01-01', message: null },
      { nodeName: 'Viewer', state: 'failed' as const, at: '2026-01-02', message: 'Refused.' },
    ];
    const said = (): string => sendingLines({ status: 'failed', transfers }, (iso) => iso);
    expect(said()).toBe('PACS: Sent, 2026-01-01\nViewer: Failed, 2026-01-02 (Refused.)');
    i18n.global.locale.value = 'de';
    expect(said()).toBe('PACS: Gesendet, 2026-01-01\nViewer: Gescheitert, 2026-01-02 (Refused.)');
  });
});

describe('the form that sends', () => {
  const study = (studyId: string, isGrid: boolean, signedVersion: number | null = 1) => ({
    studyId,
    isGrid,
    signedVersion,
  });
  const kinds = ['report-pdf', 'maps-mr'] as const;

  it('offers maps only where there is a grid, and sends each study what it has', () => {
    expect(kindsFor([study('1', false)])).toEqual(['report-pdf', 'report-capture', 'structured-report']);
    expect(kindsFor([study('1', false), study('2', true)])).toContain('maps-parametric');
    expect(consignments([study('1', false), study('2', true)], kinds)).toEqual([
      { studyIds: ['2'], kinds: ['report-pdf', 'maps-mr'] },
      { studyIds: ['1'], kinds: ['report-pdf'] },
    ]);
    expect(consignments([study('1', false)], ['maps-mr'])).toEqual([]);
  });

  it.each([
    ['signed, with a node', { nodes: 1, kinds, draftsConfirmed: false }, study('1', false), true],
    ['without a node', { nodes: 0, kinds, draftsConfirmed: true }, study('1', false), false],
    ['without a kind', { nodes: 1, kinds: [], draftsConfirmed: true }, study('1', false), false],
    ['maps alone of a single voxel', { nodes: 1, kinds: ['maps-mr'], draftsConfirmed: true }, study('1', false), false],
    ['a draft', { nodes: 1, kinds, draftsConfirmed: false }, study('1', false, null), false],
    ['a draft that is to go', { nodes: 1, kinds, draftsConfirmed: true }, study('1', false, null), true],
  ] as const)('%s', (_, choice, one, may) => {
    expect(mayBeSent([one], choice)).toBe(may);
  });
});
