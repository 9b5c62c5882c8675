/*
 * Bring-up of the 82540EM and the 82574L, link state, loss counters.
 *
 * Trusts: the boot page for the register window and the clock. A card that does not answer, answers all ones or
 * holds no usable address ends in panic() within bounded time: every wait has a deadline by the TSC.
 *
 * The order of bring-up is [E] 14.3 to 14.5 and [L] 4.6: mask interrupts, reset, mask again, link, rings, then
 * RCTL and TCTL.
 */
#include "e1000.h"

#define RESET_SETTLE_US 10
#define RESET_POLL_US 100
#define RESET_DEADLINE_US 20000
#define EEPROM_POLL_US 20
#define EEPROM_DEADLINE_US 5000

static bool is_82574(void) {
    return boot_page()->pci_device == PCI_DEVICE_82574L;
}

/* Reads a register until (value & mask) == want; false at the deadline. Reads are spaced: each may cost an exit. */
static bool wait_for(u32 reg, u32 mask, u32 want, u64 poll_us, u64 deadline_us) {
    u64 start = time_stamp();
    while ((card_read(reg) & mask) != want) {
        if (time_stamp() - start > microseconds(deadline_us)) {
            return false;
        }
        pause_for(microseconds(poll_us));
    }
    return true;
}

void card_reset(void) {
    u16 device = boot_page()->pci_device;
    if (boot_page()->pci_vendor != PCI_VENDOR_INTEL
        || (device != PCI_DEVICE_82540EM && device != PCI_DEVICE_82574L)) {
        panic(PANIC_CARD, "card: neither an 82540EM (8086:100e) nor an 82574L (8086:10d3)");
    }
    card_mask_all();
    card_write(REG_RCTL, 0);
    card_write(REG_TCTL, TCTL_PSP);
    u32 ctrl = card_read(REG_CTRL);
    if (ctrl == 0xffffffffu) {
        panic(PANIC_CARD, "card: CTRL reads all ones, the register window is not there");
    }
    card_write(REG_CTRL, ctrl | CTRL_RST);
    pause_for(microseconds(RESET_SETTLE_US)); /* [E] 13.4.1: at least 1 us before the next access */
    if (!wait_for(REG_CTRL, CTRL_RST, 0, RESET_POLL_US, RESET_DEADLINE_US)) {
        panic(PANIC_CARD, "card: CTRL.RST does not clear within 20 ms");
    }
    card_mask_all(); /* the reset may have loaded defaults from the EEPROM */
    ctrl = card_read(REG_CTRL);
    ctrl &= ~(CTRL_LRST | CTRL_ILOS | CTRL_FRCSPD | CTRL_FRCDPX | CTRL_VME | CTRL_PHY_RST | CTRL_RFCE | CTRL_TFCE);
    card_write(REG_CTRL, ctrl | CTRL_SLU | CTRL_ASDE); /* the PHY negotiates, the MAC follows it */
}

static u16 eeprom_word(u32 word) {
    u32 done = is_82574() ? EERD_82574_DONE : EERD_82540_DONE;
    u32 shift = is_82574() ? EERD_82574_ADDR_SHIFT : EERD_82540_ADDR_SHIFT;
    card_write(REG_EERD, (word << shift) | EERD_START);
    if (!wait_for(REG_EERD, done, done, EEPROM_POLL_US, EEPROM_DEADLINE_US)) {
        panic(PANIC_CARD, "card: the EEPROM does not answer within 5 ms");
    }
    return (u16)(card_read(REG_EERD) >> EERD_DATA_SHIFT);
}

static bool usable_mac(const u8 mac[6]) {
    bool zero = (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]) == 0;
    return !zero && (mac[0] & 1) == 0;
}

void card_read_mac(u8 mac[6]) {
    /* The card loads entry 0 of its address filter from the EEPROM after reset: two reads instead of nine. */
    u32 low = card_read(REG_RAL0);
    u32 high = card_read(REG_RAH0);
    for (u32 i = 0; i < 6; i++) {
        mac[i] = (u8)(i < 4 ? low >> (8 * i) : high >> (8 * (i - 4)));
    }
    if ((high & RAH_AV) != 0 && usable_mac(mac)) {
        return;
    }
    for (u32 word = 0; word < 3; word++) {
        u16 value = eeprom_word(EEPROM_MAC_WORD + word);
        mac[2 * word] = (u8)value;
        mac[2 * word + 1] = (u8)(value >> 8);
    }
    if (!usable_mac(mac)) {
        panic(PANIC_CARD, "card: neither RAL/RAH nor the EEPROM holds a station address");
    }
}

void card_enable(void) {
    card_write(REG_ITR, 0);
    rx_start();
    tx_start();
    if (is_82574()) {
        card_write(REG_TXDCTL, TXDCTL_82574_COUNT_DESC);
    }
    card_write(REG_TIPG, TIPG_IPGT | TIPG_IPGR1 | TIPG_IPGR2);
    card_write(REG_TCTL,
               TCTL_EN | TCTL_PSP | (0x0fu << TCTL_CT_SHIFT) | (0x40u << TCTL_COLD_SHIFT) | TCTL_RTLC
                   | (is_82574() ? TCTL_82574_MULR : 0));
    /*
     * Promiscuous for unicast and multicast: behind the uplink there are guests with addresses of their own,
     * and the switch filters. The multicast table (MTA) is not consulted then, so its 128 registers are not
     * written; each would cost an exit.
     */
    card_write(REG_RCTL, RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM | RCTL_BSIZE_2048 | RCTL_SECRC);
}

u32 card_link(void) {
    static const u16 speeds[4] = {10, 100, 1000, 1000};
    u32 status = card_read(REG_STATUS);
    if ((status & STATUS_LU) == 0 || status == 0xffffffffu) {
        return 0;
    }
    u32 speed = speeds[(status >> STATUS_SPEED_SHIFT) & STATUS_SPEED_MASK];
    return LINK_UP | ((status & STATUS_FD) != 0 ? LINK_FULL_DUPLEX : 0) | (speed << LINK_SPEED_SHIFT);
}

void card_count_losses(struct status_page *status) {
    status->rx_errors += card_read(REG_CRCERRS);
    status->rx_errors += card_read(REG_RXERRC);
    status->rx_no_buffer += card_read(REG_MPC);
}
