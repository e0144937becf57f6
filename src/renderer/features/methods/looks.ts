// One colour and symbol a method, everywhere and always: told apart with any common colour vision (Okabe & Ito 2008), and by
// their shapes alone.
import { NETWORK_METHODS } from '../../../core/domain/networkMethods.ts';
import type { PlotSymbol } from '../../charts/intervalFigure.ts';

export interface MethodLook {
  readonly colour: 'text' | `#${string}`;
  readonly symbol: PlotSymbol;
}

const COLOURS = ['#E69F00', '#56B4E9', '#009E73', '#D55E00', '#CC79A7', '#3F86C4', '#8C96A3'] as const;
const SYMBOLS: readonly PlotSymbol[] = ['square', 'triangle', 'diamond', 'down', 'cross', 'plus', 'bar', 'circle'];

/** In the order in which methods stand side by side: fits, published networks, ours. */
const FITS = ['nlls', 'lcmodel', 'quest', 'amares', 'edited-gaussian'] as const;
const OURS = ['lineshape-universal', 'hybrid'] as const;
const ORDER: readonly string[] = [
  ...FITS,
  ...NETWORK_METHODS.map(({ id }) => id).filter((id) => !OURS.some((own) => own === id)),
  ...OURS,
];

/** Rank in lists; what is not known comes last. */
export function methodRank(method: string): number {
  const at = ORDER.indexOf(method);
  return at < 0 ? ORDER.length : at;
}

/** The usual fit is drawn as data are; the others each in a colour and a shape. */
export function methodLook(method: string): MethodLook {
  const rank = methodRank(method);
  if (rank === 0) return { colour: 'text', symbol: 'circle' };
  const at = rank - 1;
  // Seven colours and eight shapes run side by side: both are alike again only after 56 methods.
  return { colour: COLOURS[at % COLOURS.length] ?? COLOURS[0], symbol: SYMBOLS[at % SYMBOLS.length] ?? 'circle' };
}

/** A look's colour as CSS. */
export const cssColour = ({ colour }: MethodLook): string => (colour === 'text' ? 'var(--text)' : colour);
