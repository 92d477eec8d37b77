/* settings.ts - the settings page. */
export const settings = {
  'theme.system': 'As the device', 'theme.light': 'Light', 'theme.dark': 'Dark',
  'password.old': 'Present password', 'password.new': 'New password', 'password.again': 'New password again',
  'password.help': 'At least 12 characters.', 'password.differs': 'That is not the same as above',
  'password.change': 'Change the password', 'password.done': 'The password is changed; other devices are signed out.',
} as const;
