const en = {
  title: 'Sales',
};

const ko: typeof en = {
  title: '매출',
};

export const salesTexts = { en, ko };
