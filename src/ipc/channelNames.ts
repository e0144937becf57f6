// The names of contract.ts without zod, so that the sandboxed preload stays a few kilobytes. The compiler checks below,
// and tests/contract/channelNames.test.ts, that the two lists are the same.
import type { ChannelName, EventName, PathChannel } from './contract.ts';

export const CHANNEL_NAMES = [
  'app:info',
  'settings:get',
  'settings:set',
  'view:get',
  'view:set',
  'study:list',
  'study:open',
  'study:delete',
  'study:set-state',
  'import:inspect',
  'import:inspect-paths',
  'import:cancel',
  'import:commit',
  'import:discard',
  'import:demo',
  'export:study',
  'export:cancel',
  'export:show',
  'dataset:signal',
  'image:read',
  'basis:list',
  'basis:import',
  'basis:spectra',
  'basis:compare',
  'basis:simulate',
  'basis:suggest',
  'basis:waveform',
  'basis:pulse-profile',
  'basis:remove',
  'basis:export',
  'fit:methods',
  'fit:prior-knowledge',
  'recipe:list',
  'fit:start',
  'lcmodel:installation',
  'lcmodel:choose',
  'lcmodel:forget',
  'lcmodel:set-time-limit',
  'lcmodel:test',
  'lcmodel:run',
  'lcmodel:import',
  'models:list',
  'models:verify',
  'job:cancel',
  'analysis:open',
  'analysis:curves',
  'comparison:voxel',
  'comparison:methods',
  'comparison:agreement',
  'comparison:save',
  'correction:start',
  'correction:table',
  'correction:curves',
  'maps:export',
  'methods:voxel',
  'models:provider',
  'report:preview',
  'report:export',
] as const satisfies readonly ChannelName[];

export const EVENT_NAMES = [
  'job:progress',
  'job:finished',
  'studies:changed',
  'menu:command',
  'import:progress',
  'import:inspected',
  'import:ended',
  'import:finished',
  'export:progress',
  'models:progress',
  'models:provider-chosen',
  'app:error',
] as const satisfies readonly EventName[];

/** Channels that carry file paths: the preload alone may call them, so that the page can't name a file. */
export const PATH_CHANNELS = ['import:inspect-paths'] as const satisfies readonly PathChannel[];

/** Fails to compile, naming what is missing, if a list above is shorter than the contract. */
type Complete<All extends string, Listed extends string> = [Exclude<All, Listed>] extends [never]
  ? true
  : Exclude<All, Listed>;
export const ALL_CHANNELS_LISTED: Complete<ChannelName, (typeof CHANNEL_NAMES)[number]> = true;
export const ALL_EVENTS_LISTED: Complete<EventName, (typeof EVENT_NAMES)[number]> = true;
export const ALL_PATH_CHANNELS_LISTED: Complete<PathChannel, (typeof PATH_CHANNELS)[number]> = true;
