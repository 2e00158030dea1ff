const en = {
  title: 'System',
};

const ko: typeof en = {
  title: '시스템',
};

export const systemTexts = { en, ko };
