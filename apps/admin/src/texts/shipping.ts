const en = {
  title: 'Shipping',
};

const ko: typeof en = {
  title: '출고',
};

export const shippingTexts = { en, ko };
