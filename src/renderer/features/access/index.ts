// Access: logging in, locking, the users that an administrator looks after.
export { default as AccessSettings } from './AccessSettings.vue';
export { default as LockScreen } from './LockScreen.vue';
export { initials } from './model.ts';
export { default as PasswordField } from './PasswordField.vue';
export { default as PasswordDialog } from './PasswordDialog.vue';
export { useAccess } from './store.ts';
