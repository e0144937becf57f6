// What is to be known of spectra that are drawn together, in words: what could not be scaled, what was taken for granted.
import { t } from '../../app/i18n/index.ts';
import { fieldWords, timingWords } from '../session/index.ts';
import { overlayScale, type OverlaidCurve, type Protocol } from './overlay.ts';
import type { OverlayScaling } from './view.ts';

/** Times that differ by less are one protocol's, rounded by different writers. [s] */
const SAME_TIME_S = 0.0015;

const differs = (a: number | null, b: number | null): boolean =>
  a !== null && b !== null && Math.abs(a - b) > SAME_TIME_S;

/** What of a protocol is not as in another, as far as both are known; empty where nothing is. */
function otherwise(own: Protocol, first: Protocol): string {
  const field = own.fieldT !== null && first.fieldT !== null && fieldWords(own.fieldT) !== fieldWords(first.fieldT);
  const sequence = own.sequence !== null && first.sequence !== null && own.sequence !== first.sequence;
  const timing = timingWords(
    differs(own.echoTimeS, first.echoTimeS) ? own.echoTimeS : null,
    differs(own.repetitionTimeS, first.repetitionTimeS) ? own.repetitionTimeS : null,
  );
  return [field ? fieldWords(own.fieldT) : '', sequence ? (own.sequence ?? '') : '', timing]
    .filter((part) => part !== '')
    .join(', ');
}

function scalingNotes(curves: readonly OverlaidCurve[], scaling: OverlayScaling): string[] {
  const [first, ...others] = curves;
  if (first === undefined || scaling === 'none') return [];
  const notes: string[] = [];
  const unscaled = others.filter((other) => overlayScale(first, other, scaling) === null);
  if (unscaled.length > 0) {
    const names = unscaled.map(({ name }) => name).join(', ');
    notes.push(t('spectrum.overlay.unscaled', { names, what: t(`spectrum.scaling.${scaling}`) }));
  }
  if (scaling !== 'water' || unscaled.length === others.length) return notes;
  const scaled = curves.filter((curve) => !unscaled.includes(curve));
  const unknown = scaled.filter(({ water }) => water?.gain === 'unknown').map(({ name }) => name);
  if (unknown.length > 0) notes.push(t('spectrum.overlay.gainUnknown', { names: unknown.join(', ') }));
  return [...notes, ...scaled.flatMap(({ name, water }) => (water?.doubts ?? []).map((doubt) => `${name}: ${doubt}`))];
}

/** @param curves the open study's own first @returns sentences */
export function overlayNotes(curves: readonly OverlaidCurve[], scaling: OverlayScaling): string[] {
  const [first, ...others] = curves;
  if (first === undefined) return [];
  const unlike = others.flatMap(({ name, protocol }) => {
    const what = otherwise(protocol, first.protocol);
    return what === '' ? [] : [`${name} (${what})`];
  });
  const protocols = unlike.length === 0 ? [] : [t('spectrum.overlay.unlike', { first: first.name, others: unlike.join(', ') })]; // prettier-ignore
  return [...protocols, ...scalingNotes(curves, scaling)];
}
