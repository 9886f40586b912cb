import { LIVED_PAGES } from './statements';
import { livesPages } from './suite';

livesPages(LIVED_PAGES.filter((page) => page.includes('/runbooks/')));
