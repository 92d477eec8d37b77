/* ko.ts - the texts in Korean, one file an area. The keys are the same in en.ts. */
import type { en } from './en';
import { desk } from './ko/desk';
import { frame } from './ko/frame';
import { pages } from './ko/pages';
import { settings } from './ko/settings';
import { terms } from './ko/terms';

export const ko: Record<keyof typeof en, string> = { ...frame, ...terms, ...desk, ...settings, ...pages };
