// Starts what the page does beyond links and forms, which work without it.

import { buildLists } from "./builder.js";
import { followLinks } from "./visit.js";
import { searchWhileTyping } from "./search.js";
import { keepUpToDate } from "./live.js";
import { tellLocalTimes } from "./times.js";

tellLocalTimes();
followLinks();
searchWhileTyping();
buildLists();
keepUpToDate();
