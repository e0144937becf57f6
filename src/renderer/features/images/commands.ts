// What can be done with the images by key and palette.
import { t } from '../../app/i18n/index.ts';
import type { Command } from '../../app/shortcuts.ts';
import { useSession } from '../session/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSettings } from '../settings/index.ts';
import { SHOWN_PLANES } from './imagesView.ts';
import { useImages } from './store.ts';

/** Voxels that the crosshair moves on the screen: right, up, and through the slices. */
const STEPS = [
  ['left', -1, 0, 0],
  ['right', 1, 0, 0],
  ['up', 0, 1, 0],
  ['down', 0, -1, 0],
  ['nextSlice', 0, 0, 1],
  ['previousSlice', 0, 0, -1],
] as const;
export const ZOOM_STEP = 1.25;

/** @returns commands in the window's language; call within a computed */
export function imageCommands(): Command[] {
  const session = useSession();
  const settings = useSettings();
  const notices = useNotices();
  const images = useImages();
  const isAvailable = (): boolean => session.page === 'study' && images.viewer !== null && images.loadedId !== null;
  const whyNot = (): string => {
    if (session.study === null) return t('app.commands.whyNot.noStudy');
    return session.page === 'study' ? t('images.commands.noImage') : t('app.commands.whyNot.notOnPage');
  };
  const command = (name: string, run: () => void, title = t(`images.commands.${name}`)): Command => ({
    id: `image-${name}`,
    title,
    group: 'images',
    keys: '',
    isAvailable,
    whyNot,
    run,
  });
  const toggle = (key: 'grid' | 'otherVoxels' | 'bands' | 'map' | 'interpolated'): void =>
    images.change({ [key]: !images.view[key] });
  return [
    ...SHOWN_PLANES.map((plane) =>
      command(
        `plane-${plane}`,
        () => images.showPlane(plane),
        t('images.commands.plane', { plane: t(`images.planes.${plane}`) }),
      ),
    ),
    ...STEPS.map(([name, right, up, across]) => command(name, () => images.step(right, up, across))),
    command('centre', images.centre),
    command('zoomIn', () => images.zoom(ZOOM_STEP)),
    command('zoomOut', () => images.zoom(1 / ZOOM_STEP)),
    command('resetZoom', images.resetZoom),
    command('resetWindow', images.resetGrey),
    command('convention', () => {
      const next = settings.convention === 'radiological' ? 'neurological' : 'radiological';
      void notices.attempt(() => settings.setConvention(next));
    }),
    command('coordinates', () => images.change({ coordinates: images.view.coordinates === 'RAS' ? 'LPS' : 'RAS' })),
    command('grid', () => toggle('grid')),
    command('otherVoxels', () => toggle('otherVoxels')),
    command('bands', () => toggle('bands')),
    command('map', () => toggle('map')),
    command('interpolated', () => toggle('interpolated')),
    command('shifted', () => images.changeShift({ shown: !images.view.shift.shown })),
  ];
}
