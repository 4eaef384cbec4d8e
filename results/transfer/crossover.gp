# Loss from scratch and by transfer, with what the rounding of the laws allows.
# 'gnuplot crossover.gp', here, draws crossover.svg and crossover.pdf from crossover.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'crossover.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,459 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,4.77778in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'crossover.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.125783
set rmargin at screen 0.77573
set tmargin at screen 0.924419
set bmargin at screen 0.575581
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [1.80387e17:1.66309e23]
set yrange [1.88631:2.87716]
set xtics ('10^{18}' 1.00000e18, '10^{19}' 1.00000e19, '10^{20}' 1.00000e20, '10^{21}' 1.00000e21, '10^{22}' 1.00000e22, '10^{23}' 1.00000e23, '' 2.00000e17 1, '' 3.00000e17 1, '' 4.00000e17 1, '' 5.00000e17 1, '' 6.00000e17 1, '' 7.00000e17 1, '' 8.00000e17 1, '' 9.00000e17 1, '' 2.00000e18 1, '' 3.00000e18 1, '' 4.00000e18 1, '' 5.00000e18 1, '' 6.00000e18 1, '' 7.00000e18 1, '' 8.00000e18 1, '' 9.00000e18 1, '' 2.00000e19 1, '' 3.00000e19 1, '' 4.00000e19 1, '' 5.00000e19 1, '' 6.00000e19 1, '' 7.00000e19 1, '' 8.00000e19 1, '' 9.00000e19 1, '' 2.00000e20 1, '' 3.00000e20 1, '' 4.00000e20 1, '' 5.00000e20 1, '' 6.00000e20 1, '' 7.00000e20 1, '' 8.00000e20 1, '' 9.00000e20 1, '' 2.00000e21 1, '' 3.00000e21 1, '' 4.00000e21 1, '' 5.00000e21 1, '' 6.00000e21 1, '' 7.00000e21 1, '' 8.00000e21 1, '' 9.00000e21 1, '' 2.00000e22 1, '' 3.00000e22 1, '' 4.00000e22 1, '' 5.00000e22 1, '' 6.00000e22 1, '' 7.00000e22 1, '' 8.00000e22 1, '' 9.00000e22 1) enhanced
set ytics ('2.0' 2, '2.2' 2.2, '2.4' 2.4, '2.6' 2.6, '2.8' 2.8) noenhanced
unset label
unset arrow
set label 'compute (FLOP)' at graph 0.5, screen 0.517442 center noenhanced
set label 'loss (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'mlm to clm' at graph 0, graph 1.13333 left noenhanced font large
set arrow from first 8.04945e19, graph 0 to first 8.04945e19, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'crossover' at first 8.04945e19, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set arrow from graph 0.962963, graph 0.0892348 to graph 1.04469, graph 0.0774296 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'clm_scratch' at graph 1.05746, graph 0.0774296 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.962963, graph 0.132291 to graph 1.04469, graph 0.144096 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'mlm_to_clm' at graph 1.05746, graph 0.144096 left noenhanced textcolor rgb '#954100'
plot \
    'crossover.csv' using (of(1, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'crossover.csv' using (of(2, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'crossover.csv' using (of(1, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'crossover.csv' using (of(2, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#D55E00' dashtype 1 notitle

set lmargin at screen 0.125783
set rmargin at screen 0.77573
set tmargin at screen 0.424419
set bmargin at screen 0.0755814
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [5.20554e7:3.87105e23]
set yrange [1.28963:5.59471]
set xtics ('10^{8}' 1.00000e8, '10^{11}' 1.00000e11, '10^{14}' 1.00000e14, '10^{17}' 1.00000e17, '10^{20}' 1.00000e20, '10^{23}' 1.00000e23, '' 1.00000e9 1, '' 1.00000e10 1, '' 1.00000e12 1, '' 1.00000e13 1, '' 1.00000e15 1, '' 1.00000e16 1, '' 1.00000e18 1, '' 1.00000e19 1, '' 1.00000e21 1, '' 1.00000e22 1) enhanced
set ytics ('2' 2, '3' 3, '4' 4, '5' 5) noenhanced
unset label
unset arrow
set label 'compute (FLOP)' at graph 0.5, screen 0.0174419 center noenhanced
set label 'loss (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'clm to mlm' at graph 0, graph 1.13333 left noenhanced font large
set arrow from first 2.01509e10, graph 0 to first 2.01509e10, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'crossover' at first 2.01509e10, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set arrow from graph 0.962963, graph 0.0460846 to graph 1.04469, graph 0.0341887 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'clm_to_mlm' at graph 1.05746, graph 0.0341887 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.962963, graph 0.0889595 to graph 1.04469, graph 0.100855 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'mlm_scratch' at graph 1.05746, graph 0.100855 left noenhanced textcolor rgb '#004F7C'
plot \
    'crossover.csv' using (of(3, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'crossover.csv' using (of(4, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'crossover.csv' using (of(3, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'crossover.csv' using (of(4, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#D55E00' dashtype 1 notitle
unset multiplot
set output
