// Figures of a spectrum as they stand beside it.
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import type { SpectrumFiguresView } from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';

export interface FigureRow {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** In another unit, or what it is of. */
  readonly under: string;
  /** Its definition, or why there is none. */
  readonly title: string;
}

/** The definitions that are shown, in this order; the others differ from them in the noise's window only. */
const SHOWN_SNR = ['consensus', 'timeDomain'] as const;

function snrRow(figures: SpectrumFiguresView, definition: (typeof SHOWN_SNR)[number]): FigureRow[] {
  const figure = figures.snr.find((f) => f.definition === definition);
  if (figure === undefined) return [];
  return [
    {
      id: `snr-${definition}`,
      name: t('spectrum.figures.snr'),
      value: figure.value === null ? '–' : formatSignificant(figure.value),
      under: t(`spectrum.figures.snrOf.${definition}`),
      title: figure.reason ?? figure.label,
    },
  ];
}

/** SNR by two definitions, then the widths of the lines that there are. */
export function figureRows(figures: SpectrumFiguresView): FigureRow[] {
  const widths = (['tNAA', 'tCr', 'water'] as const).flatMap((line): FigureRow[] => {
    const width = figures.lines[line];
    if (width === null) return [];
    return [
      {
        id: `fwhm-${line}`,
        name: t('spectrum.figures.width', { line: line === 'water' ? t('spectrum.figures.water') : line }),
        value: `${formatFixed(width.fwhmHz, 1)} Hz`,
        under: `${formatFixed(width.fwhmPpm, 3)} ppm`,
        title: t('spectrum.figures.widthTitle'),
      },
    ];
  });
  return [...SHOWN_SNR.flatMap((definition) => snrRow(figures, definition)), ...widths];
}
