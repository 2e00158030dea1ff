const en = {
  title: 'Stock',
};

const ko: typeof en = {
  title: '재고',
};

export const stockTexts = { en, ko };
