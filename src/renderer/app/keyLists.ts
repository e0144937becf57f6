// The keys and gestures that no command has, by the place where they count. What a list shows is read off its handlers:
// charts/useSpectrumPointer, features/spectrum, worklist, mrsi and images.
import { t } from './i18n/index.ts';

export interface KeyRow {
  /** Each does the same; written as `keyText` reads it. */
  readonly keys: readonly string[];
  readonly text: string;
}

export interface KeyList {
  readonly title: string;
  readonly rows: readonly KeyRow[];
}

const spectrumKeys = (): KeyList => ({
  title: t('app.shortcuts.plot'),
  rows: [
    { keys: ['Wheel', '+', '−'], text: t('app.shortcuts.zoom') },
    { keys: ['Drag', '←', '→'], text: t('app.shortcuts.pan') },
    { keys: ['Ctrl+Wheel', 'Alt+Wheel', '↑', '↓'], text: t('app.shortcuts.height') },
    { keys: ['Shift+Drag'], text: t('app.shortcuts.phase') },
    { keys: ['DoubleClick', '0'], text: t('app.shortcuts.resetPlot') },
  ],
});

const handleKeys = (): KeyList => ({
  title: t('app.shortcuts.handles'),
  rows: [
    { keys: ['Drag', '← → ↑ ↓'], text: t('app.shortcuts.phaseMode') },
    { keys: ['Drag', '←', '→'], text: t('app.shortcuts.shiftMode') },
    { keys: ['Shift+← → ↑ ↓'], text: t('app.shortcuts.tenfold') },
    { keys: ['←', '→', 'Home'], text: t('app.shortcuts.pivot') },
    { keys: ['Drag', '←', '→', 'Shift+← →'], text: t('app.shortcuts.cursors') },
  ],
});

const pointKeys = (): KeyList => ({
  title: t('app.shortcuts.points'),
  rows: [
    { keys: ['←', '→'], text: t('app.shortcuts.nextPoint') },
    { keys: ['Enter', 'Click'], text: t('app.shortcuts.openPoint') },
  ],
});

const worklistKeys = (): KeyList => ({
  title: t('app.shortcuts.worklist'),
  rows: [
    { keys: ['↑', '↓', 'PgUp', 'PgDn', 'Home', 'End'], text: t('app.shortcuts.moveInList') },
    { keys: ['Shift+↑ ↓', 'Shift+Click'], text: t('app.shortcuts.range') },
    { keys: ['Space', 'Ctrl+Click'], text: t('app.shortcuts.choose') },
    { keys: ['Ctrl+A'], text: t('app.shortcuts.chooseAll') },
    { keys: ['Esc'], text: t('app.shortcuts.chooseNone') },
    { keys: ['Enter', 'DoubleClick'], text: t('app.shortcuts.openStudy') },
    { keys: ['R'], text: t('app.shortcuts.reviewed') },
    { keys: ['Del'], text: t('app.shortcuts.deleteStudy') },
    { keys: ['Menu'], text: t('app.shortcuts.menu') },
  ],
});

const gridKeys = (): KeyList => ({
  title: t('app.shortcuts.maps'),
  rows: [
    { keys: ['← ↑ → ↓', 'Click'], text: t('app.shortcuts.voxels') },
    { keys: ['PgUp', 'PgDn'], text: t('app.shortcuts.slice') },
    { keys: ['+', '−', 'Ctrl+Wheel'], text: t('app.shortcuts.gridZoom') },
    { keys: ['0'], text: t('app.shortcuts.wholeGrid') },
    { keys: ['Space'], text: t('app.shortcuts.region') },
    { keys: ['Enter', 'DoubleClick'], text: t('app.shortcuts.closePolygon') },
    { keys: ['Esc'], text: t('app.shortcuts.dropPolygon') },
  ],
});

const imageKeys = (): KeyList => ({
  title: t('app.shortcuts.image'),
  rows: [
    { keys: ['← ↑ → ↓', 'Click'], text: t('app.shortcuts.crosshair') },
    { keys: ['PgUp', 'PgDn', 'Wheel'], text: t('app.shortcuts.slice') },
    { keys: ['+', '−', 'Ctrl+Wheel'], text: t('app.shortcuts.imageZoom') },
    { keys: ['0'], text: t('app.shortcuts.wholeImage') },
    { keys: ['Home'], text: t('app.shortcuts.toVoxel') },
    { keys: ['RightDrag', 'Ctrl+Drag'], text: t('app.shortcuts.greyWindow') },
    { keys: ['Shift+Drag', 'MiddleDrag'], text: t('app.shortcuts.panImage') },
    { keys: ['DoubleClick'], text: t('app.shortcuts.resetImage') },
  ],
});

/** In the window's language; call inside a computed, so that they follow it. */
export const keyLists = (): readonly KeyList[] => [
  spectrumKeys(),
  handleKeys(),
  pointKeys(),
  worklistKeys(),
  gridKeys(),
  imageKeys(),
];
