/* terms.ts - the API's words and the field's terms. */
export const terms = {
  'term.Buy': 'Buy', 'term.Sell': 'Sell',
  'term.Limit': 'Limit', 'term.Market': 'Market', 'term.Stop': 'Stop', 'term.StopLimit': 'Stop limit',
  'term.Day': 'Day', 'term.Gtc': 'Good till canceled', 'term.Ioc': 'Immediate or cancel', 'term.Fok': 'Fill or kill',
  'term.Pending': 'Pending', 'term.Submitting': 'Submitting', 'term.Unknown': 'Unknown', 'term.Open': 'Open',
  'term.PartiallyFilled': 'Partly filled', 'term.Filled': 'Filled', 'term.Canceled': 'Canceled',
  'term.Rejected': 'Rejected', 'term.Expired': 'Expired',
  'term.Viewer': 'Viewer', 'term.Trader': 'Trader', 'term.Admin': 'Admin',
  'term.Info': 'Info', 'term.Warning': 'Warning', 'term.Critical': 'Critical',
  'term.System': 'System', 'term.Schedule': 'Schedule', 'term.Risk': 'Risk', 'term.Security': 'Security', 'term.Order': 'Order',
  'term.Manual': 'By hand',
  'col.account': 'Account', 'col.ticker': 'Ticker', 'col.name': 'Name', 'col.exchange': 'Exchange', 'col.side': 'Side',
  'col.type': 'Type', 'col.quantity': 'Quantity', 'col.filled': 'Filled', 'col.price': 'Price', 'col.stopPrice': 'Stop price',
  'col.averagePrice': 'Average price', 'col.value': 'Value', 'col.cost': 'Cost', 'col.unrealized': 'Unrealized', 'col.change': 'Today',
  'col.state': 'State', 'col.at': 'Time', 'col.reason': 'Reason', 'col.currency': 'Currency', 'col.amount': 'Amount',
  'col.commission': 'Commission', 'col.message': 'Message', 'col.actions': 'Actions', 'col.rate': 'Return', 'col.tif': 'Time in force',
} as const;
