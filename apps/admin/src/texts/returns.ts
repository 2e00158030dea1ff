const en = {
  title: 'Returns',
};

const ko: typeof en = {
  title: '반품',
};

export const returnsTexts = { en, ko };
