import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { en, type Texts } from './en.ts';
import { ko } from './ko.ts';

/** The languages of the page, by BCP 47 tag. */
export const languages: Readonly<Record<Language, Texts>> = { en, ko };
export type Language = 'en' | 'ko';

const storageName = 'commerce.language';

const isLanguage = (text: unknown): text is Language => text === 'en' || text === 'ko';

function firstLanguage(): Language {
  const stored = localStorage.getItem(storageName);
  if (isLanguage(stored)) return stored;
  return navigator.language.startsWith('ko') ? 'ko' : 'en';
}

type Chosen = { language: Language; texts: Texts; choose: (language: Language) => void };

const Context = createContext<Chosen>({ language: 'en', texts: en, choose: () => {} });

/** Gives the page its language: the chosen one, else the browser's. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = (chosen: Language) => {
    localStorage.setItem(storageName, chosen);
    setLanguage(chosen);
  };
  return <Context value={{ language, texts: languages[language], choose }}>{children}</Context>;
}

export const useLanguage = (): Chosen => use(Context);
export const useTexts = (): Texts => use(Context).texts;

/** The texts of a screen that is loaded when it is opened, in the language of the page. */
export const useTextsOf = <T,>(texts: Readonly<Record<Language, T>>): T => texts[useLanguage().language];
