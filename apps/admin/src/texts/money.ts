const en = {
  title: 'Money',
};

const ko: typeof en = {
  title: '정산',
};

export const moneyTexts = { en, ko };
