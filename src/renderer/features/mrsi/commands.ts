// What can be done with a grid by key and palette.
import { t } from '../../app/i18n/index.ts';
import type { Command } from '../../app/shortcuts.ts';
import { useSession } from '../session/index.ts';
import { neighbour } from './model.ts';
import { MAP_TOOLS, type MapMode } from './mrsiView.ts';
import { useMrsi } from './store.ts';

const MODES: readonly MapMode[] = ['map', 'spectra', 'both'];
const STEPS = [
  ['left', -1, 0],
  ['right', 1, 0],
  ['up', 0, -1],
  ['down', 0, 1],
] as const;

/** @returns commands in the window's language; call within a computed */
export function mrsiCommands(): Command[] {
  const session = useSession();
  const mrsi = useMrsi();
  const isAvailable = (): boolean => session.page === 'study' && mrsi.isGrid;
  const whyNot = (): string => {
    if (session.study === null) return t('app.commands.whyNot.noStudy');
    return t(mrsi.isGrid ? 'app.commands.whyNot.notOnPage' : 'app.commands.whyNot.noGrid');
  };
  const command = (id: string, title: string, run: () => void): Command => ({
    id,
    title,
    group: 'images',
    keys: '',
    isAvailable,
    whyNot,
    run,
  });
  return [
    ...STEPS.map(([name, right, down]) =>
      command(`voxel-${name}`, t(`mrsi.commands.${name}`), () =>
        session.selectVoxel(neighbour(mrsi.drawing, session.voxel, right, down)),
      ),
    ),
    ...MODES.map((mode) =>
      command(`grid-${mode}`, t('mrsi.commands.mode', { mode: t(`mrsi.modes.${mode}`) }), () => mrsi.change({ mode })),
    ),
    ...MAP_TOOLS.map((tool) =>
      command(`map-tool-${tool}`, t('mrsi.commands.tool', { tool: t(`mrsi.tools.${tool}`) }), () => (mrsi.tool = tool)),
    ),
    command('grid-whole', t('mrsi.commands.whole'), () => mrsi.change({ zoom: 1 })),
    command('grid-readable', t('mrsi.commands.readable'), () => mrsi.change({ zoom: null })),
    command('region-new', t('mrsi.commands.newRegion'), mrsi.startRegion),
  ];
}
