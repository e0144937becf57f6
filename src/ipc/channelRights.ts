// Who may ask what, where login is required. The one list; the registrar refuses what it doesn't allow.
import type { Role } from '../core/domain/access.ts';
import type { ChannelName } from './contract.ts';

/** Asked before anyone has logged in, and while the window is locked: nothing that shows or changes a study. */
const BEFORE_LOGIN: ReadonlySet<ChannelName> = new Set<ChannelName>([
  'access:state',
  'access:login',
  'access:unlock',
  'window:set-language',
  'window:set-scale',
]);

/** What changes how every study of the site is quantified or judged, runs a program, or can't be undone. */
const PHYSICISTS: ReadonlySet<ChannelName> = new Set<ChannelName>([
  'study:delete',
  'worklist:delete',
  'basis:import',
  'basis:simulate',
  'basis:remove',
  'lcmodel:choose',
  'lcmodel:forget',
  'lcmodel:set-time-limit',
  'lcmodel:test',
  'ranges:save',
  'ranges:delete',
  'ranges:import',
]);

const ADMINISTRATORS: ReadonlySet<ChannelName> = new Set<ChannelName>([
  'access:users',
  'access:add-user',
  'access:change-user',
  'access:reset-password',
  'access:set-idle-lock',
  'access:require-login',
  'access:drop-login',
  'dicom:choose-file',
  'dicom:configure',
  'dicom:save-rules',
  'dicom:save-node',
  'dicom:remove-node',
  'dicom:drop-stranded',
]);

/** @returns the role that a channel needs; null: none */
export function neededRole(channel: ChannelName): Role | null {
  if (BEFORE_LOGIN.has(channel)) return null;
  if (ADMINISTRATORS.has(channel)) return 'administrator';
  return PHYSICISTS.has(channel) ? 'physicist' : 'reader';
}

/** What someone may do who has still to change a password that an administrator chose. */
export const WITH_A_CHOSEN_PASSWORD: ReadonlySet<ChannelName> = new Set<ChannelName>([
  'access:change-password',
  'access:logout',
]);
