// All texts of the page in English and Chinese; the choice is remembered, and a switch loses nothing that was typed.

const CHOICE = "scanner.language";

const ENGLISH = {
  title: "Warehouse scanner",
  otherLanguage: "中文",
  skip: "Skip to the code field",
  online: "Online",
  offline: "Offline",
  unreachable: "No answer",
  waiting: "{n} waiting",
  refusedCount: "{n} refused",
  insecure: "This page needs HTTPS: without it, the browser allows neither the camera nor the storage of scans.",
  noStorage: "This device cannot store data for this page ({why}). Do not scan here: scans would be lost.",
  keyTitle: "Device key",
  keyFirst: "Enter the key of this device once. It stays on the device.",
  keyRefused: "The service does not accept this device's key. Enter it again. Your scans are kept and will then be sent.",
  keyLabel: "Device key",
  keySave: "Save key",
  keyChange: "Change the device key",
  task: "Task",
  receive: "Receive",
  inspect: "Inspect",
  cameraOn: "Start camera",
  cameraOff: "Stop camera",
  cameraView: "Camera picture",
  cameraNone: "The camera cannot be used ({why}). Type the code or use a scanner.",
  lamp: "Lamp",
  code: "Code on the parcel",
  codeHint: "Scan with the camera or a scanner, or type it",
  take: "Enter",
  ready: "Ready to scan",
  lookingUp: "Looking up {code}",
  notACode: "“{text}” is neither a return code nor a tracking number. Look for RMA- on the label, or scan its other barcode.",
  whichTitle: "Which number is on the parcel?",
  numbersTitle: "Choose the number",
  whichSays: "The barcode can mean several parcels. Choose the number that is printed on the label.",
  whichUnknownSays: "The barcode can mean several numbers, and no case is known for any of them. Choose the one that is printed on the label.",
  whichOfflineSays: "The barcode can mean several numbers, and there is no connection to check them. Choose the one that is printed on the label.",
  noneOfThese: "None of these",
  unsaved: "Save or close {code} first.",
  receiptKept: "Receipt saved",
  inspectionKept: "Inspection saved",
  keptOffline: "Saved on this device. It will be sent when the network is back.",
  sending: "Sending…",
  twice: "{code} has already been scanned.",
  applied: "Done",
  unexpected: "Unexpected parcel",
  refused: "Refused",
  nothingExpected: "Nothing to do",
  unknownTitle: "Unknown code",
  unknownSays: "No case expects this parcel. Check the code; if the parcel is here, record it anyway.",
  unsureTitle: "Not known on this device",
  unsureSays: "There is no connection, so the code cannot be checked now. You can record the parcel anyway.",
  blindSays: "There is no connection and this device does not know the parcel. Enter what you find in it.",
  fromDevice: "No connection: this is the data saved on this device.",
  recordReceipt: "Record receipt",
  inspectNow: "Inspect now",
  close: "Close",
  order: "Order {number}",
  expected: "{n} expected",
  expectedOf: "{n} of {all} expected",
  allGood: "All good: accept and restock",
  quantity: "Quantity",
  less: "One less",
  more: "One more",
  verdict: "What did you find?",
  disposition: "Where does it go?",
  split: "Not all the same? Split",
  remove: "Remove",
  addProduct: "Add a product",
  otherProduct: "Another product",
  sku: "Product number (SKU)",
  note: "Note",
  optional: "optional",
  photos: "Photos of the goods",
  photoFile: "Add photos",
  photoNow: "Photo from the camera",
  photoBroken: "“{name}” cannot be read as a picture here. Take it with this page, or save it as JPEG and add it again.",
  photoLabel: "Photo {n}",
  save: "Save inspection",
  needVerdict: "Select what you found: {name}.",
  needDisposition: "Select where it goes: {name}.",
  needSku: "Enter the product number: letters, digits and . _ : / -",
  needLine: "Enter what you found, at least one product.",
  activity: "Scans on this device",
  noActivity: "No scans yet.",
  kindreceived: "Receipt",
  kindinspected: "Inspection",
  statusqueued: "Waiting",
  statusapplied: "Sent",
  statusunexpected: "Unexpected",
  statusrefused: "Refused",
  photosLeft: "Photos are still being sent.",
  photoTrouble: "A photo was refused: {why}",
  dismiss: "Dismiss",
  sendNow: "Send now",
  update: "A new version is ready: load it",
  accepted: "Accepted",
  used: "Used",
  incomplete: "Incomplete",
  wrong_item: "Wrong item",
  no_defect_found: "No defect found",
  missing: "Missing",
  surplus: "Unexpected",
  restock: "Restock",
  resale_hold: "Hold for resale",
  recycle: "Recycle",
  donate: "Donate",
  return_to_customer: "Return to customer",
};

const CHINESE = {
  title: "仓库扫描",
  otherLanguage: "English",
  skip: "跳到条码输入框",
  online: "在线",
  offline: "离线",
  unreachable: "无响应",
  waiting: "待发送 {n}",
  refusedCount: "被拒 {n}",
  insecure: "本页面需要 HTTPS：否则浏览器不提供摄像头，也无法安全保存扫描记录。",
  noStorage: "本设备无法保存数据（{why}）。请勿在此扫描，否则记录会丢失。",
  keyTitle: "设备密钥",
  keyFirst: "请输入本设备的密钥，只需一次，密钥保存在设备上。",
  keyRefused: "服务器不接受本设备的密钥，请重新输入。已扫描的记录都已保留，等待发送。",
  keyLabel: "设备密钥",
  keySave: "保存密钥",
  keyChange: "更换设备密钥",
  task: "任务",
  receive: "收货",
  inspect: "质检",
  cameraOn: "打开摄像头",
  cameraOff: "关闭摄像头",
  cameraView: "摄像头画面",
  cameraNone: "无法使用摄像头（{why}）。请手动输入条码或使用扫描枪。",
  lamp: "补光灯",
  code: "包裹上的条码",
  codeHint: "用摄像头或扫描枪扫描，也可手动输入",
  take: "确定",
  ready: "可以扫描",
  lookingUp: "正在查询 {code}",
  notACode: "“{text}”不是退货码，也不是快递单号。请找标签上的 RMA- 码，或扫描面单上的另一个条码。",
  whichTitle: "包裹上印的是哪个单号？",
  numbersTitle: "请选择单号",
  whichSays: "这个条码可能对应多个包裹。请选择面单上印的单号。",
  whichUnknownSays: "这个条码可能是多个单号，都没有对应的退款单。请选择面单上印的单号。",
  whichOfflineSays: "这个条码可能是多个单号，目前没有网络，无法核对。请选择面单上印的单号。",
  noneOfThese: "都不是",
  unsaved: "请先保存或关闭 {code}。",
  receiptKept: "收货已保存",
  inspectionKept: "质检已保存",
  keptOffline: "已保存在本设备，网络恢复后自动发送。",
  sending: "正在发送…",
  twice: "{code} 已经扫描过。",
  applied: "完成",
  unexpected: "意外包裹",
  refused: "被拒绝",
  nothingExpected: "无需处理",
  unknownTitle: "未知条码",
  unknownSays: "没有退款单在等这个包裹。请核对条码；如果包裹确实在此，仍可登记收货。",
  unsureTitle: "本设备不认识此条码",
  unsureSays: "目前没有网络，无法核对条码。您仍可登记收货。",
  blindSays: "目前没有网络，本设备也不认识这个包裹。请输入您在包裹中看到的商品。",
  fromDevice: "没有网络：以下为本设备保存的内容。",
  recordReceipt: "登记收货",
  inspectNow: "开始质检",
  close: "关闭",
  order: "订单 {number}",
  expected: "应有 {n} 件",
  expectedOf: "应有 {n} 件（共 {all} 件）",
  allGood: "全部合格：接受并重新上架",
  quantity: "数量",
  less: "减一",
  more: "加一",
  verdict: "检查结果",
  disposition: "如何处置",
  split: "情况不同：拆分",
  remove: "移除",
  addProduct: "添加商品",
  otherProduct: "其他商品",
  sku: "商品编号（SKU）",
  note: "备注",
  optional: "可不填",
  photos: "商品照片",
  photoFile: "添加照片",
  photoNow: "用摄像头拍照",
  photoBroken: "“{name}”在此无法作为图片读取。请在本页拍照，或另存为 JPEG 后重新添加。",
  photoLabel: "照片 {n}",
  save: "保存质检结果",
  needVerdict: "请选择检查结果：{name}。",
  needDisposition: "请选择如何处置：{name}。",
  needSku: "请输入商品编号：字母、数字和 . _ : / -",
  needLine: "请至少填写一件商品的检查结果。",
  activity: "本设备的扫描记录",
  noActivity: "还没有扫描。",
  kindreceived: "收货",
  kindinspected: "质检",
  statusqueued: "等待发送",
  statusapplied: "已发送",
  statusunexpected: "意外包裹",
  statusrefused: "被拒绝",
  photosLeft: "照片仍在上传。",
  photoTrouble: "有照片被拒绝：{why}",
  dismiss: "知道了",
  sendNow: "立即发送",
  update: "新版本已就绪：点此加载",
  accepted: "合格",
  used: "已使用",
  incomplete: "不完整",
  wrong_item: "商品不符",
  no_defect_found: "未发现缺陷",
  missing: "缺失",
  surplus: "意外商品",
  restock: "重新上架",
  resale_hold: "待再售",
  recycle: "回收",
  donate: "捐赠",
  return_to_customer: "退回客户",
};

// The service's answers in Chinese, by their codes; without an entry, the service's own English sentence is shown.
const ANSWERS_IN_CHINESE = {
  "expects/received": "请登记收货，然后质检。",
  "expects/inspected": "已收货：请质检。",
  "expects/nothing": "已无需等待任何商品：请放在一边，由工作人员查找归属。",
  "told/received/received": "已收货，可以质检了。",
  "told/received/payout_due": "已登记：请等先到的商品处理完，再看是否需要质检。",
  "told/received/replacement_due": "已登记：请等先到的商品处理完，再看是否需要质检。",
  "told/inspected/payout_due": "已质检，退款正在处理。",
  "told/inspected/refunded": "已质检，退款已完成。",
  "told/inspected/replacement_due": "已质检，换货商品待寄出。",
  "told/inspected/inspection_failed": "已质检，不合格的部分由审核员决定。",
  "told/inspected/awaiting_return": "已质检，其余商品仍在等待。",
  "told/inspected/in_transit": "已质检，其余商品仍在等待。",
  "told/inspected/received": "已质检，其余商品可以继续质检。",
  "told/unexpected": "已登记为意外包裹：请放在一边，由工作人员查找归属。",
  "refused/ambiguous-code": "这个条码可能对应多个包裹：请扫描或输入面单上印的单号。",
  "refused/unknown-parcel": "没有退款单使用这个条码：请先登记收货，由工作人员查找归属。",
  "refused/wrong-state": "退款单已进入下一步，不再接受这次登记。",
  "refused/too-many-units": "数量超过退款单仍在等待的数量。",
  "refused/unknown-sku": "退款单没有这个商品：请登记为意外商品。",
  "refused/scan-id-reused": "这条记录与之前发送的不同：请重新扫描。",
  "refused/invalid-request": "内容有误：请检查后重新登记。",
  "refused/forbidden": "本设备的密钥无权登记。",
  "refused/too-much-evidence": "照片太多。",
};

const BOOKS = { en: ENGLISH, zh: { ...CHINESE, ...ANSWERS_IN_CHINESE } };
let language = localStorage.getItem(CHOICE) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

/** Returns the text in the page's language with its {names} filled in, or `values.says` if there is none. */
export function text(word, values = {}) {
  const found = BOOKS[language][word] ?? values.says ?? word;
  return found.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

/** Shows a text in an element, which changes when the language is switched. */
export function say(element, word, values = {}) {
  element.dataset.word = word;
  element.dataset.values = JSON.stringify(values);
  element.textContent = text(word, values);
}

/** Gives an element a name for screen readers, which changes when the language is switched. */
export function name(element, word, values = {}) {
  element.dataset.name = word;
  element.dataset.nameValues = JSON.stringify(values);
  element.setAttribute("aria-label", text(word, values));
}

/** Shows the whole page in the chosen language. */
export function translate() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.title = text("title");
  for (const element of document.querySelectorAll("[data-word]"))
    say(element, element.dataset.word, JSON.parse(element.dataset.values ?? "{}"));
  for (const element of document.querySelectorAll("[data-name]"))
    name(element, element.dataset.name, JSON.parse(element.dataset.nameValues ?? "{}"));
}

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem(CHOICE, language);
  translate();
}

/** Returns a time of day, with the date if it is not today. */
export function time(iso) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { month: "short", day: "numeric" };
  return at.toLocaleString(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit" });
}
