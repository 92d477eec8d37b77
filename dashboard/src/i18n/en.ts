/* en.ts - the texts in English, one file an area. The keys are the same in ko.ts. */
import { desk } from './en/desk';
import { frame } from './en/frame';
import { pages } from './en/pages';
import { settings } from './en/settings';
import { terms } from './en/terms';

export const en = { ...frame, ...terms, ...desk, ...settings, ...pages } as const;
