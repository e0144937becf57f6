// Channels of access: who is at the window, logging in, locking, and the users that an administrator looks after.
import { z } from 'zod';
import {
  LONGEST_IDLE_LOCK_S,
  LONGEST_PASSWORD,
  LONGEST_USER_NAME,
  ROLES,
  SHORTEST_IDLE_LOCK_S,
} from '../core/domain/access.ts';

const id = z.string().min(1).max(64);
const name = z.string().min(1).max(LONGEST_USER_NAME);
const fullName = z.string().max(64);
/** A character may be two units long; the rules for new ones are checked where they are kept. */
export const passwordSchema = z.string().max(2 * LONGEST_PASSWORD);
const role = z.enum(ROLES);
const idleLockS = z.number().int().min(SHORTEST_IDLE_LOCK_S).max(LONGEST_IDLE_LOCK_S).nullable();

const userSchema = z.object({ id, name, fullName, role });

export const localUserSchema = z.object({
  ...{ id, name, fullName, role },
  isDisabled: z.boolean(),
  mustChangePassword: z.boolean(),
  createdAt: z.string(),
  lastLoginAt: z.string().nullable(),
});

/** Who is at the window. */
export const accessStateSchema = z.object({
  /** false: whoever has the account at the operating system works with every right. */
  loginRequired: z.boolean(),
  /** null: nobody has logged in, or nobody needs to. */
  user: z.object({ ...userSchema.shape, mustChangePassword: z.boolean() }).nullable(),
  /** The user is away: everything but unlocking is refused. */
  isLocked: z.boolean(),
  /** null: the window never locks by itself. [s] */
  idleLockS,
  /** How the window looks before anyone has logged in; null: nothing is set. */
  look: z.object({ language: z.string().nullable(), theme: z.string().nullable(), scale: z.string().nullable() }),
});

export const ACCESS_CHANNELS = {
  'access:state': { request: z.object({}), response: accessStateSchema },
  'access:login': { request: z.object({ name, password: passwordSchema }), response: accessStateSchema },
  /** The password of whoever locked the window. */
  'access:unlock': { request: z.object({ password: passwordSchema }), response: accessStateSchema },
  'access:lock': { request: z.object({}), response: accessStateSchema },
  'access:logout': { request: z.object({}), response: accessStateSchema },
  'access:change-password': {
    request: z.object({ current: passwordSchema, next: passwordSchema }),
    response: accessStateSchema,
  },
  /** By name; for administrators, as everything below. */
  'access:users': { request: z.object({}), response: z.array(localUserSchema) },
  /** The password is changed at the first login. */
  'access:add-user': {
    request: z.object({ name, fullName, role, password: passwordSchema }),
    response: z.array(localUserSchema),
  },
  'access:change-user': {
    request: z.object({ id, fullName, role, isDisabled: z.boolean() }),
    response: z.array(localUserSchema),
  },
  'access:reset-password': { request: z.object({ id, password: passwordSchema }), response: z.array(localUserSchema) },
  'access:set-idle-lock': { request: z.object({ seconds: idleLockS }), response: accessStateSchema },
  /**
   * Asks everybody for a password from now on. With a full name: whoever asks becomes the first administrator; without:
   * logs in as one there is.
   */
  'access:require-login': {
    request: z.object({ name, fullName: fullName.nullable(), password: passwordSchema }),
    response: accessStateSchema,
  },
  /** Back to one user without login; the users stay. */
  'access:drop-login': { request: z.object({ password: passwordSchema }), response: accessStateSchema },
} as const;

export const ACCESS_EVENTS = {
  /** Somebody came, left or is away. */
  'access:changed': accessStateSchema,
} as const;

export type AccessStateView = z.infer<typeof accessStateSchema>;
export type LocalUserView = z.infer<typeof localUserSchema>;
