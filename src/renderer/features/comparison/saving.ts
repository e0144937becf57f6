// Saving a comparison: tables as CSV, figures as SVG or PNG, each through the system's dialog.
import { t } from '../../app/i18n/index.ts';
import { request } from '../../app/api/client.ts';
import { figureMarkup, type Figure } from '../../charts/index.ts';
import { useNotices } from '../notices/index.ts';

/** Pixels a saved PNG has for each of the figure's: sharp in print. */
const PNG_SCALE = 3;

export type FigureFormat = 'svg' | 'png';

function loadedImage(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(t('comparison.save.failed')));
    image.src = url;
  });
}

/** @returns base64 of the PNG */
async function pngOf(markup: string, { width, height }: Figure): Promise<string> {
  const image = await loadedImage(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`);
  const canvas = document.createElement('canvas');
  canvas.width = width * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error(t('comparison.save.failed'));
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

async function save(format: FigureFormat | 'csv', name: string, content: () => Promise<string>): Promise<void> {
  const notices = useNotices();
  // Names of signals may hold more than a file's name should.
  const suggestedName = name.replace(/[^\w -]+/g, '-').slice(0, 80);
  const done = await notices.attempt(async () =>
    request('comparison:save', { format, suggestedName, content: await content() }),
  );
  if (done?.saved === true) notices.say('done', t('comparison.save.done', { name: done.fileName ?? suggestedName }));
}

/** @param title kept in the file, and read out */
export async function saveFigure(figure: Figure, name: string, title: string, format: FigureFormat): Promise<void> {
  const markup = figureMarkup(figure, title);
  await save(format, name, () => (format === 'svg' ? Promise.resolve(markup) : pngOf(markup, figure)));
}

export async function saveTable(csv: string, name: string): Promise<void> {
  await save('csv', name, () => Promise.resolve(csv));
}
