// What bench ui does and measures in the app's window.
import type { Page } from 'playwright';

/** Tasks of the window's thread that took 50 ms or more, as the browser reports them; each with what was being done. */
interface Watched extends Window {
  benchTasks?: { readonly ms: number; readonly phase: string }[];
  benchPhase?: string;
}

/** Begins to watch the window's thread. */
export async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched = window as Watched;
    watched.benchTasks = [];
    watched.benchPhase = 'start';
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        watched.benchTasks?.push({ ms: entry.duration, phase: watched.benchPhase ?? '' });
      }
    }).observe({ type: 'longtask' });
  });
}

export interface TaskFigures {
  /** Tasks of at least 50 ms. */
  readonly over50: number;
  /** The longest of them; null: there was none. [ms] */
  readonly longestMs: number | null;
}

/** Does something under a name and tells what it kept the window's thread busy with. */
export async function during(page: Page, phase: string, work: () => Promise<void>): Promise<TaskFigures> {
  await page.evaluate((name) => void ((window as Watched).benchPhase = name), phase);
  await work();
  // Reports come a moment after their tasks.
  await page.waitForTimeout(300);
  return page.evaluate((name) => {
    const own = ((window as Watched).benchTasks ?? []).filter((task) => task.phase === name).map(({ ms }) => ms);
    return { over50: own.length, longestMs: own.length === 0 ? null : Math.round(Math.max(...own)) };
  }, phase);
}

/** Drops files on the window and imports them as they were recognised. */
export async function importFiles(page: Page, files: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', multiple: true, id: 'bench-files' });
    document.body.append(input);
  });
  await page.setInputFiles('#bench-files', [...files]);
  await page.evaluate(() => {
    const input = document.querySelector('#bench-files') as HTMLInputElement;
    const dataTransfer = new DataTransfer();
    for (const file of input.files ?? []) dataTransfer.items.add(file);
    input.remove();
    for (const type of ['dragenter', 'dragover', 'drop']) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  });
  await page.getByTestId('import-commit').click();
  await page.getByTestId('import-dialog').waitFor({ state: 'detached' });
}

export interface FrameFigures {
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly p95FrameMs: number;
  readonly longestFrameMs: number;
}

/** Drags a chart to and fro for some seconds, a step a frame, and counts the frames in which it was drawn elsewhere. */
export async function pan(page: Page, chart: string, seconds: number): Promise<FrameFigures> {
  const box = await page.getByTestId(chart).boundingBox();
  if (box === null) throw new Error(`There is no ${chart}.`);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  const figures = await page.evaluate(
    async ({ testId, x, y, ms }) => {
      const host = document.querySelector(`[data-testid=${testId}]`) as HTMLElement;
      const range = (): string => host.getAttribute('data-range') ?? '';
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const times: number[] = [];
      let shown = range();
      const began = await frame();
      for (let now = began; now - began < ms; now = await frame()) {
        // 200 pixels to each side in a second.
        const clientX = x + 200 * Math.sin((2 * Math.PI * (now - began)) / 1000);
        host.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY: y, bubbles: true, pointerId: 1 }));
        if (range() !== shown) times.push(now);
        shown = range();
      }
      return { times };
    },
    { testId: chart, x: at.x, y: at.y, ms: 1000 * seconds },
  );
  await page.mouse.up();
  return frameFigures(figures.times);
}

/** @param times of the frames in which something moved, ms */
function frameFigures(times: readonly number[]): FrameFigures {
  const rising = times
    .slice(1)
    .map((t, i) => t - (times[i] as number))
    .sort((a, b) => a - b);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return {
    frames: times.length,
    framesPerSecond: Number(((times.length - 1) / seconds).toFixed(1)),
    p95FrameMs: Math.round(rising[Math.floor(0.95 * rising.length)] ?? NaN),
    longestFrameMs: Math.round(rising.at(-1) ?? NaN),
  };
}

export interface ScrollFigures extends FrameFigures {
  /** From the last step to the frame in which the rows there stand with their contents. */
  readonly filledAfterMs: number;
}

/** Scrolls a long table from its first row to its last, a step a frame. @param row test id of its rows */
export async function scroll(page: Page, row: string, seconds: number): Promise<ScrollFigures> {
  const { times, filledAfterMs } = await page.evaluate(
    async ({ testId, ms }) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-testid=${testId}]`)];
      const box = rows()[0]?.closest('.pane__body') as HTMLElement;
      const way = box.scrollHeight - box.clientHeight;
      const passed: number[] = [];
      let top = rows()[0];
      const began = await frame();
      for (let now = began; now - began < ms; now = await frame()) {
        box.scrollTop = (way * (now - began)) / ms;
        if (rows()[0] !== top) passed.push(now);
        top = rows()[0];
      }
      box.scrollTop = way;
      const ended = performance.now();
      await frame();
      while (rows().some((one) => (one.textContent ?? '').trim() === '')) {
        if (performance.now() - ended > 60_000) throw new Error('The last rows did not come.');
        await frame();
      }
      return { times: passed, filledAfterMs: Math.round((await frame()) - ended) };
    },
    { testId: row, ms: 1000 * seconds },
  );
  return { ...frameFigures(times), filledAfterMs };
}

/**
 * Opens another study by a double click in the worklist.
 * @param row its place in the list
 * @returns from the double click to the frame in which its spectrum stands, ms
 */
export async function switchStudy(page: Page, row: number): Promise<number> {
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('study-row').nth(row).waitFor();
  return page.evaluate(async (index) => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const target = document.querySelectorAll('[data-testid=study-row]')[index] as HTMLElement;
    const began = performance.now();
    target.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    const drawn = (): boolean =>
      document.querySelector('[data-testid=study-view][data-study]') !== null &&
      Number(document.querySelector('[data-testid=spectrum-chart]')?.getAttribute('data-lines') ?? 0) > 0;
    while (!drawn()) {
      if (performance.now() - began > 60_000) throw new Error('The study’s spectrum did not come.');
      await frame();
    }
    // The chart draws in the frame after it stands; that frame's end is the next one's beginning.
    await frame();
    return (await frame()) - began;
  }, row);
}
